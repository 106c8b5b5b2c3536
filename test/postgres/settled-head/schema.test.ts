import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { createRecordedTable, positionsRecordedBy, recorder } from '../../support/recorder';
import { happened } from '../../support/store';

describe.each(['app', 'My "quoted" Schema'])('a data source with schema %s', (schema) => {
  const quoted = `"${schema.replaceAll('"', '""')}"`;
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    await database.query(`CREATE SCHEMA ${quoted}`);
    await createRecordedTable(database);
    app = await startApp(database.url, { schema, projections: [recorder({ name: 'log' })] });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('keeps the tables of the module there, and nowhere else', async () => {
    const tables = await database.query(
      `SELECT DISTINCT table_schema FROM information_schema.tables
       WHERE table_name = 'events' OR table_name LIKE 'projection\\_%'`,
    );
    expect(tables).toEqual([{ table_schema: schema }]);
  });

  it('is appended to, waited for and followed', async () => {
    const writer = await database.connect();
    await writer.query(`SET search_path = ${quoted}`);
    await writer.query('BEGIN');
    await writer.query(
      `INSERT INTO events (id, stream_id, version, type, data) VALUES (gen_random_uuid(), 's-1', 1, 'Happened', '{}')`,
    );
    await app.store.append('s-2', [happened()]);
    expect(await app.store.head()).toMatchObject({ settled: 0n, pending: true });

    await writer.query('COMMIT');
    await app.projections.waitFor('log', 2n);
    expect(await positionsRecordedBy(database, 'log')).toEqual([1, 2]);
  });
});
