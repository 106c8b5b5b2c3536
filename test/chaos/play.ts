import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../examples/fold/random';
import { Fleet } from '../processes/fleet';
import { eventually } from '../support/eventually';
import { Load } from '../tally/load';
import { Disturbances } from './disturbances';

const LASTS_MS = 7_000;
const LONGEST_PAUSE_MS = 300;
/** Most events end up parked, and each is then retried in a transaction of its own. */
const PACE_MS = 60;

const PROJECTIONS = [
  { name: 'patient', onError: 'park-stream' as const, batchSize: 50, segments: 4 },
  { name: 'hasty', onError: 'park-stream' as const, batchSize: 7, retry: { attempts: 1 } },
];

const OPTIONS = {
  leaseMs: 1_000,
  retry: { attempts: 3, backoff: { minMs: 1, maxMs: 20 } },
  maxDeadLetters: 100_000,
};

/** Seconds of faulty handlers and disturbed processes, then time to recover; in the end all must be as if none. */
export async function play(seed: number): Promise<void> {
  const random = new Random(seed);
  const fleet = await Fleet.create({ projections: PROJECTIONS, options: OPTIONS, seed });
  let load: Load | undefined;
  const names = PROJECTIONS.map(({ name }) => name);
  const disturbances = new Disturbances(fleet, random, names);
  try {
    await fleet.add(2);
    load = new Load(fleet.app.store, new Random(seed), PACE_MS);
    const end = Date.now() + LASTS_MS;
    while (Date.now() < end) {
      await disturbances.next();
      await delay(random.below(LONGEST_PAUSE_MS));
    }
    await load.stop();
    await disturbances.end();
    await Promise.all(names.map((name) => retryAll(fleet, name)));
    await fleet.settle({ order: 'stream' });
  } finally {
    await load?.stop();
    await fleet.close();
  }
}

/** Every fault passes after some tries, of which each retry is one. */
async function retryAll({ app }: Fleet, name: string): Promise<void> {
  const { settled } = await app.store.head();
  await app.projections.waitFor(name, settled, { timeoutMs: 60_000 });
  await eventually(async () => {
    await app.projections.retryDeadLetters(name);
    expect(await app.projections.deadLetters(name)).toHaveLength(0);
  }, 60_000);
}
