import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { createRecordedTable, recordedBy, recorder } from '../../support/recorder';
import { happened } from '../../support/store';

describe('an older transaction that appends after a newer one to the same stream', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    app = await startApp(database.url, { projections: [recorder({ name: 'log' })] });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('comes second for every reader', async () => {
    const older = app.dataSource.createQueryRunner();
    await older.startTransaction();
    await older.query('SELECT pg_current_xact_id()');
    await app.store.append('s-1', [happened(1)]);
    const { version } = await app.store.append('s-1', [happened(2)], { manager: older.manager });
    await older.commitTransaction();
    await older.release();
    expect(version).toBe(2);

    expect((await app.store.readAll()).map((event) => event.data)).toEqual([{ n: 1 }, { n: 2 }]);
    await app.projections.waitFor('log', 2n);
    expect((await recordedBy(database, 'log')).map((event) => event.version)).toEqual([1, 2]);
  });

  it('comes second when both arrive in one page', async () => {
    const blocker = await database.connect();
    await blocker.query('BEGIN');
    await blocker.query(
      `INSERT INTO events (id, stream_id, version, type, data) VALUES (gen_random_uuid(), 'other', 1, 'Happened', '{}')`,
    );
    const older = app.dataSource.createQueryRunner();
    await older.startTransaction();
    await older.query('SELECT pg_current_xact_id()');
    await app.store.append('s-2', [happened(1)]);
    await app.store.append('s-2', [happened(2)], { manager: older.manager });
    await older.commitTransaction();
    await older.release();
    await blocker.query('COMMIT');

    await app.projections.waitFor('log', 5n);
    const arrived = (await recordedBy(database, 'log')).filter(({ streamId }) => streamId === 's-2');
    expect(arrived.map(({ version }) => version)).toEqual([1, 2]);
  });
});
