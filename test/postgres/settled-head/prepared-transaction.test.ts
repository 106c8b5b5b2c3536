import type { Client } from 'pg';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { createRecordedTable, positionsRecordedBy, recorder } from '../../support/recorder';
import { insertEvent } from '../../support/sessions';
import { headOf, positionsIn, startStore } from '../../support/store';

describe('an append that is prepared for a two-phase commit while readers wait for it', () => {
  let database: TestDatabase;
  let app: TestApp;
  let writer: Client;

  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  /** Position 1 is open, 2 committed. The returned step prepares 1 and leaves its connection. */
  async function leaveOneOpen(): Promise<() => Promise<void>> {
    const preparing = await database.connect();
    writer = await database.connect();
    await preparing.query('BEGIN');
    await insertEvent(preparing, 's-1');
    await insertEvent(writer, 's-2');
    return async () => {
      await preparing.query(`PREPARE TRANSACTION 'two-phase'`);
      await preparing.end();
    };
  }

  it('is waited for until COMMIT PREPARED, and then delivered', async () => {
    app = await startStore(database.url);
    const prepare = await leaveOneOpen();
    expect(await headOf(app)).toEqual({ settled: 0, pending: true });

    await prepare();
    expect(await headOf(app)).toEqual({ settled: 0, pending: true });
    expect(await headOf(app)).toEqual({ settled: 0, pending: true });

    await writer.query(`COMMIT PREPARED 'two-phase'`);
    expect(await headOf(app)).toEqual({ settled: 2, pending: false });
    expect(await positionsIn(app)).toEqual([1, 2]);
  });

  it('is passed after ROLLBACK PREPARED', async () => {
    app = await startStore(database.url);
    const prepare = await leaveOneOpen();
    await headOf(app);
    await prepare();
    await headOf(app);

    await writer.query(`ROLLBACK PREPARED 'two-phase'`);
    expect(await headOf(app)).toEqual({ settled: 2, pending: false });
    expect(await positionsIn(app)).toEqual([2]);
  });

  it('is waited for by a reader that starts only then', async () => {
    app = await startStore(database.url);
    const prepare = await leaveOneOpen();
    await prepare();
    expect(await headOf(app)).toEqual({ settled: 0, pending: true });

    await writer.query(`COMMIT PREPARED 'two-phase'`);
    expect(await headOf(app)).toEqual({ settled: 2, pending: false });
  });

  it('reaches a projection in its place', async () => {
    await createRecordedTable(database);
    app = await startApp(database.url, { projections: [recorder({ name: 'log' })] });
    const prepare = await leaveOneOpen();
    expect(await headOf(app)).toEqual({ settled: 0, pending: true });
    await prepare();
    expect(await headOf(app)).toEqual({ settled: 0, pending: true });

    await writer.query(`COMMIT PREPARED 'two-phase'`);
    await app.projections.waitFor('log', 2n);
    expect(await positionsRecordedBy(database, 'log')).toEqual([1, 2]);
  });
});
