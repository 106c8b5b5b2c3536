import { fold } from '../examples/fold/fold';
import { history } from '../examples/fold/history';
import { readEvents } from '../examples/fold/stored-event';
import { readTable, sorted, TABLES, type Tables } from '../examples/fold/tables';
import type { TestApp } from '../support/app';
import type { TestDatabase } from '../support/database';
import { createStylesDatabase, SCHEMA_OF, startStyles } from './style-shop';

const EVENTS = 250;
const WRITERS = 4;

const VARIANTS = [
  { batchSize: 1, segments: 1 },
  { batchSize: 7, segments: 1 },
  { batchSize: 7, segments: 4 },
];

describe('five read models, each in three styles, over one random history', () => {
  let database: TestDatabase;
  let app: TestApp | undefined;
  let expected: Tables;

  beforeAll(async () => {
    database = await createStylesDatabase();
    app = await startStyles(database.url, {});
    await appendHistory(app, 7);
    await catchUp(app);
    expected = fold(await readEvents(database));
  });

  afterEach(async () => {
    await app?.close();
    app = undefined;
  });

  afterAll(() => database.drop());

  it('end with the tables of an independent fold, followed live and rebuilt', async () => {
    for (const table of TABLES) expect(expected[table].length).toBeGreaterThan(5);
    await expectTables(expected);
    await rebuild(app!);
    await expectTables(expected);
  });

  it.each(VARIANTS)('end with them after a rebuild with %j too', async (variant) => {
    app = await startStyles(database.url, variant);
    await rebuild(app);
    await expectTables(expected);
  });

  it('go on from them', async () => {
    app = await startStyles(database.url, { batchSize: 7, segments: 2 });
    for (const { streamId, events } of history(8, 120))
      if (!events.some(({ type }) => /Created|OrderCompleted/.test(type)))
        await app.store.append(streamId, events);
    await catchUp(app);
    await expectTables(fold(await readEvents(database)));
  });

  async function expectTables(tables: Tables): Promise<void> {
    for (const [style, schema] of Object.entries(SCHEMA_OF))
      for (const table of TABLES) {
        const rows = await readTable(database, table, schema);
        expect({ style, table, rows: sorted(rows) }).toEqual({ style, table, rows: sorted(tables[table]) });
      }
  }
});

/** Several writers at once, so that positions commit out of order. */
async function appendHistory({ store }: TestApp, seed: number): Promise<void> {
  const appends = history(seed, EVENTS);
  const write = async () => {
    for (const { streamId, events } of appends) await store.append(streamId, events);
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

async function namesOf({ projections }: TestApp): Promise<string[]> {
  return (await projections.status()).map(({ name }) => name);
}

async function catchUp(running: TestApp): Promise<void> {
  const { settled } = await running.store.head();
  for (const name of await namesOf(running))
    await running.projections.waitFor(name, settled, { timeoutMs: 30_000 });
}

async function rebuild(running: TestApp): Promise<void> {
  const names = await namesOf(running);
  expect(names).toHaveLength(15);
  await Promise.all(names.map((name) => running.projections.rebuild(name)));
}
