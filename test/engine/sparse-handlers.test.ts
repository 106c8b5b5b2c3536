import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { createRecordedTable, positionsRecordedBy, recorder } from '../support/recorder';

const FOREIGN = 200_000;

describe('a projection of rare events', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    app = await startApp(database.url, { projections: [recorder({ name: 'rare', types: ['Rare'] })] });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it(`passes over ${FOREIGN} events of other types between two of its own, and has no lag in the end`, async () => {
    const rare = { type: 'Rare', data: {} };
    await app.store.append('rare', [rare]);
    await database.query(
      `INSERT INTO events (id, stream_id, version, type, data)
       SELECT gen_random_uuid(), 'foreign', n, 'Foreign', '{}' FROM generate_series(1, $1) n`,
      [FOREIGN],
    );
    const { globalPosition } = await app.store.append('rare', [rare]);
    expect(globalPosition).toBe(BigInt(FOREIGN + 2));
    await app.projections.waitFor('rare', globalPosition, { timeoutMs: 30_000 });
    expect(await positionsRecordedBy(database, 'rare')).toEqual([1, FOREIGN + 2]);
    expect(await app.projections.status()).toMatchObject([{ lag: { events: 0, seconds: 0 } }]);
  });

  it('has its checkpoint moved over foreign events that nothing of its own follows', async () => {
    const { globalPosition } = await app.store.append('foreign-too', [{ type: 'Foreign', data: {} }]);
    await eventually(async () =>
      expect(await database.query('SELECT position FROM projection_checkpoints')).toEqual([
        { position: String(globalPosition) },
      ]),
    );
    expect(await app.projections.status()).toMatchObject([{ position: globalPosition, lag: { events: 0 } }]);
  });
});
