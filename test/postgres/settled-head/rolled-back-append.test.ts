import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { insertEvent } from '../../support/sessions';
import { headOf, positionsIn, startStore } from '../../support/store';

describe('positions that were rolled back', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  it('are passed in one look: a single one', async () => {
    const session = await database.connect();
    await insertEvent(session, 's-1');
    await session.query('BEGIN');
    await insertEvent(session, 's-1', { version: 2 });
    await session.query('ROLLBACK');
    await insertEvent(session, 's-1', { version: 2 });

    expect(await headOf(app)).toEqual({ settled: 3, pending: false });
    expect(await positionsIn(app)).toEqual([1, 3]);
  });

  it('are passed in one look: a field of 200 between events', async () => {
    const session = await database.connect();
    await insertEvent(session, 's-1');
    for (let attempt = 0; attempt < 200; attempt++) {
      await session.query('BEGIN');
      await insertEvent(session, 's-1', { version: 2 });
      await session.query('ROLLBACK');
    }
    await insertEvent(session, 's-1', { version: 2 });

    expect(await headOf(app)).toEqual({ settled: 202, pending: false });
  });

  it('are passed in one look: at the end of the store, with nothing behind them', async () => {
    const session = await database.connect();
    await insertEvent(session, 's-1');
    await session.query('BEGIN');
    for (let version = 2; version <= 20; version++) await insertEvent(session, 's-1', { version });
    await session.query('ROLLBACK');

    expect(await headOf(app)).toEqual({ settled: 20, pending: false });
  });

  it('are passed once the transaction that drew them has ended, and not before', async () => {
    const [undecided, other] = [await database.connect(), await database.connect()];
    await undecided.query('BEGIN');
    await insertEvent(undecided, 's-1');
    await insertEvent(other, 's-2');
    expect(await headOf(app)).toEqual({ settled: 0, pending: true });

    await undecided.query('ROLLBACK');
    expect(await headOf(app)).toEqual({ settled: 2, pending: false });
  });

  it('are passed when the connection that drew them is cut', async () => {
    const [lost, other] = [await database.connect(), await database.connect()];
    await lost.query('BEGIN');
    await insertEvent(lost, 's-1');
    await insertEvent(other, 's-2');
    expect(await headOf(app)).toEqual({ settled: 0, pending: true });

    await lost.end();
    // The server notices in its own time; then one look is enough.
    for (;;) if (!(await headOf(app)).pending) break;
    expect(await headOf(app)).toEqual({ settled: 2, pending: false });
  });
});
