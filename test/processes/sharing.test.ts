import { eventually } from '../support/eventually';
import { Fleet } from './fleet';

/** No lease runs out while the test lasts: what changes hands was handed over. */
const LEASE_MS = 600_000;

it('shares six projections evenly among three processes, and hands over at a clean shutdown', async () => {
  const projections = Array.from({ length: 6 }, (_, n) => ({ name: `tally-${n}` }));
  const fleet = await Fleet.create({ projections, options: { leaseMs: LEASE_MS } });
  try {
    const [first] = await fleet.add();
    await eventually(async () => expect(await fleet.shares()).toEqual([6]));
    await fleet.add(2);
    await eventually(async () => expect(await fleet.shares()).toEqual([2, 2, 2]));

    await first!.stop();
    fleet.workers.shift();
    await eventually(async () => expect(await fleet.shares()).toEqual([3, 3]));
    await fleet.app.store.append('stream', [{ type: 'Counted', data: { amount: 1 } }]);
    await fleet.settle();
  } finally {
    await fleet.close();
  }
});
