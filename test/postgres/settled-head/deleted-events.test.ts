import type { Client } from 'pg';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { createRecordedTable, positionsRecordedBy, recorder } from '../../support/recorder';
import { insertEvent } from '../../support/sessions';
import { headOf, positionsIn, startStore } from '../../support/store';

describe('events that were deleted', () => {
  let database: TestDatabase;
  let app: TestApp;
  let session: Client;

  beforeEach(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
    session = await database.connect();
    for (let version = 1; version <= 6; version++) await insertEvent(session, 's-1', { version });
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  it('from the beginning are passed in one look', async () => {
    await session.query('DELETE FROM events WHERE global_position <= 3');
    expect(await headOf(app)).toEqual({ settled: 6, pending: false });
    expect(await positionsIn(app)).toEqual([4, 5, 6]);
  });

  it('from the end leave the head where it was', async () => {
    expect(await headOf(app)).toEqual({ settled: 6, pending: false });
    await session.query('DELETE FROM events WHERE global_position > 3');
    expect(await headOf(app)).toEqual({ settled: 6, pending: false });
    await insertEvent(session, 's-2');
    expect(await headOf(app)).toEqual({ settled: 7, pending: false });
    expect(await positionsIn(app)).toEqual([1, 2, 3, 7]);
  });

  it('hold nobody back while the deletion is still open', async () => {
    const deleting = await database.connect();
    await deleting.query('BEGIN');
    await deleting.query('DELETE FROM events WHERE global_position <= 3');
    expect(await headOf(app)).toEqual({ settled: 6, pending: false });
  });

  it('are nothing to a projection that starts later', async () => {
    await createRecordedTable(database);
    await session.query('DELETE FROM events WHERE global_position IN (1, 2, 4)');
    const later = await startApp(database.url, { projections: [recorder({ name: 'log' })] });
    try {
      await later.projections.waitFor('log', 6n);
      expect(await positionsRecordedBy(database, 'log')).toEqual([3, 5, 6]);
    } finally {
      await later.close();
    }
  });
});
