import { Random } from '../examples/fold/random';
import { positionsRecordedBy, recordedBy, recorder } from '../support/recorder';
import { FOREIGN, startForeignApp } from './foreign-app';
import { AT_ONCE, COUNTED, type ForeignStore } from './foreign-store';
import { STORES } from './stores';
import { useTwoDatabases } from './two-databases';

const WRITERS = 8;
const APPENDS = 60;
const LONGEST_MS = 30;
const ROLLED_BACK = 0.15;
const NAME = 'everything';

describe.each(STORES)('the events of $name in another database', (store) => {
  const databases = useTwoDatabases((foreign) => store.create(foreign));

  const start = () =>
    startForeignApp(databases.database.url, {
      foreignUrl: databases.foreign.url,
      source: store.source({ dataSource: FOREIGN }),
      projections: [recorder({ name: NAME, source: FOREIGN })],
    });

  it('are caught up with and followed, as they are', async () => {
    const writer = await store.connect(databases.foreign.url);
    const positions = [await writer.append('s-1', 1, AT_ONCE), await writer.append('s-2', 2, AT_ONCE)];
    const { projections, close } = await start();
    try {
      positions.push(await writer.append('s-1', 3, AT_ONCE));
      await projections.waitFor(NAME, positions.at(-1)!);
      const recorded = await recordedBy(databases.database, NAME);
      expect(recorded.map(({ position }) => BigInt(position))).toEqual(positions);
      expect(recorded.map(({ version, type }) => [version, type])).toEqual([
        [1, COUNTED],
        [1, COUNTED],
        [2, COUNTED],
      ]);
      const [status] = await projections.status();
      expect(status).toMatchObject({
        source: FOREIGN,
        position: positions.at(-1),
        head: positions.at(-1),
        lag: { events: 0 },
      });
    } finally {
      await writer.end();
      await close();
    }
  });

  it(`are neither missed nor doubled while ${WRITERS} write with transactions that overlap`, async () => {
    const { projections, close } = await start();
    try {
      const committed = await Promise.all(
        Array.from({ length: WRITERS }, (_, seed) => write(store, databases.foreign.url, seed)),
      );
      const expected = committed.flat().toSorted((a, b) => Number(a - b));
      await projections.waitFor(NAME, expected.at(-1)!, { timeoutMs: 30_000 });
      const recorded = await positionsRecordedBy(databases.database, NAME);
      expect(recorded.map(BigInt)).toEqual(expected);
    } finally {
      await close();
    }
  });
});

/** @returns the positions that it has committed */
async function write(store: ForeignStore, url: string, seed: number): Promise<bigint[]> {
  const random = new Random(seed);
  const writer = await store.connect(url);
  const committed: bigint[] = [];
  for (let n = 0; n < APPENDS; n++) {
    const fate = { lastsMs: random.below(LONGEST_MS + 1), commits: !random.chance(ROLLED_BACK) };
    const position = await writer.append(`stream-${random.below(40)}`, n, fate);
    if (position !== undefined) committed.push(position);
  }
  await writer.end();
  return committed;
}
