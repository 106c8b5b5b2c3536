import { eventually } from '../support/eventually';
import { Load } from '../tally/load';
import { Fleet } from './fleet';
import { logLength } from './log';
import type { Worker } from './worker';

const LEASE_MS = 1_500;
/** What a take-over may take beyond the lease of the owner it replaces. */
const SLACK_MS = 2_000;
const LASTS_MS = 60_000;

it('hands over within the lease time and two seconds, whatever happens to the owner, for a minute', async () => {
  const fleet = await Fleet.create({ projections: [{ name: 'tally' }], options: { leaseMs: LEASE_MS } });
  const load = new Load(fleet.app.store);
  const takeOvers = { 'kill -9': [] as number[], SIGSTOP: [] as number[] };
  let cuts = 0;
  try {
    await fleet.add(3);
    const end = Date.now() + LASTS_MS;
    while (Date.now() < end) {
      const killed = await owner(fleet);
      await fleet.kill(killed);
      takeOvers['kill -9'].push(await takeOverFrom(killed, fleet));
      fleet.launch();

      const paused = await owner(fleet);
      paused.pause();
      takeOvers.SIGSTOP.push(await takeOverFrom(paused, fleet));
      paused.unpause();

      await fleet.cut(await owner(fleet));
      cuts++;
      const applied = await logLength(fleet.database);
      await eventually(async () => expect(await logLength(fleet.database)).toBeGreaterThan(applied));
    }
    await load.stop();
    await fleet.settle();
  } finally {
    process.stdout.write(`take-over in ms: ${JSON.stringify(takeOvers)}; connections cut ${cuts} times\n`);
    await load.stop();
    await fleet.close();
  }
  // Not the longest: on a busy machine the process that takes over may have to wait for its turn.
  for (const times of Object.values(takeOvers)) expect(median(times)).toBeLessThan(LEASE_MS + SLACK_MS);
}, 300_000);

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)]!;

async function owner(fleet: Fleet): Promise<Worker> {
  let found: Worker | undefined;
  await eventually(async () => expect((found = await fleet.ownerOf('tally'))).toBeDefined());
  return found!;
}

/** How long it takes from now until another process applies an event. */
async function takeOverFrom(former: Worker, { database }: Fleet): Promise<number> {
  const [now] = await database.query<{ at: Date }>('SELECT clock_timestamp() AS at');
  let first: { ms: number } | undefined;
  await eventually(async () => {
    [first] = await database.query<{ ms: number }>(
      `SELECT extract(epoch FROM min(at) - $1)::float8 * 1000 AS ms FROM tally_log
       WHERE at > $1 AND owner <> $2 HAVING min(at) IS NOT NULL`,
      [now!.at, former.pid],
    );
    expect(first).toBeDefined();
  });
  return Math.round(first!.ms);
}
