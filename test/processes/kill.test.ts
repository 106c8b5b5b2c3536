import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../examples/fold/random';
import { eventually } from '../support/eventually';
import { Load } from '../tally/load';
import { Fleet } from './fleet';
import { logLength } from './log';

const KILLS = 20;

it(`counts every event once although its process is killed ${KILLS} times`, async () => {
  // Small batches, so that a kill finds one begun, half applied, or about to be committed.
  const projections = [{ name: 'tally', batchSize: 5 }];
  const fleet = await Fleet.create({ projections, options: { leaseMs: 200 } });
  const load = new Load(fleet.app.store);
  try {
    const random = new Random(Date.now());
    fleet.launch();
    fleet.launch();
    for (let kills = 0; kills < KILLS; kills++) {
      const before = await logLength(fleet.database);
      await eventually(async () => expect(await logLength(fleet.database)).toBeGreaterThan(before));
      await delay(random.below(100));
      await fleet.kill((await fleet.ownerOf('tally')) ?? fleet.workers[0]!);
      // It starts while the other takes over.
      fleet.launch();
    }
    await load.stop();
    await fleet.settle();
  } finally {
    await load.stop();
    await fleet.close();
  }
}, 300_000);
