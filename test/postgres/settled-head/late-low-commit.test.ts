import type { TestApp } from '../../support/app';
import { startApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { createRecordedTable, positionsRecordedBy, recorder } from '../../support/recorder';
import { insertEvent } from '../../support/sessions';
import { headOf, positionsIn, startStore } from '../../support/store';

describe('an append that commits after one with a higher position', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  /** Positions 1 to 4 are committed, 5 is open, 6 is committed. Returns the end of the open one. */
  async function leaveFiveOpen(): Promise<() => Promise<unknown>> {
    const [low, high] = [await database.connect(), await database.connect()];
    for (let version = 1; version <= 4; version++) await insertEvent(high, 's-1', { version });
    await low.query('BEGIN');
    expect(await insertEvent(low, 's-2')).toBe(5);
    expect(await insertEvent(high, 's-3')).toBe(6);
    return () => low.query('COMMIT');
  }

  it('holds back for readers what lies behind it, and nothing before it', async () => {
    app = await startStore(database.url);
    const commit = await leaveFiveOpen();

    expect(await headOf(app)).toEqual({ settled: 4, pending: true });
    expect(await positionsIn(app)).toEqual([1, 2, 3, 4]);

    await commit();
    expect(await headOf(app)).toEqual({ settled: 6, pending: false });
    expect(await positionsIn(app)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('reaches a projection in its place, once', async () => {
    await createRecordedTable(database);
    app = await startApp(database.url, { projections: [recorder({ name: 'log' })] });
    const commit = await leaveFiveOpen();
    await app.projections.waitFor('log', 4n);
    const [status] = await app.projections.status();
    expect(status).toMatchObject({ position: 4n, head: 4n, lag: { events: 0 } });

    // Every look at the head from here on would show 6 to a reader that does not know of 5.
    const looks = jest.spyOn(app.store, 'head');
    await eventually(() => expect(looks.mock.calls.length).toBeGreaterThan(5));
    expect(await positionsRecordedBy(database, 'log')).toEqual([1, 2, 3, 4]);

    await commit();
    await app.projections.waitFor('log', 6n);
    expect(await positionsRecordedBy(database, 'log')).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
