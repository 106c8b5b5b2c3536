import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { createRecordedTable, positionsRecordedBy, recorder } from '../support/recorder';
import { happened } from '../support/store';

/** Long enough for an instance not to look at the store again by itself. */
const NEVER_MS = 1_000_000_000;

describe('an instance that has not looked at the store for long', () => {
  let database: TestDatabase;
  let late: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
  });
  afterAll(async () => {
    await late?.close();
    await database.drop();
  });

  it('takes over where it believes the store to end before the checkpoint', async () => {
    const projections = [recorder({ name: 'recorder' })];
    const early = await startApp(database.url, { projections, options: { leaseMs: 500 } });
    await early.store.append('early', [happened()]);
    await early.projections.waitFor('recorder', 1n);
    late = await startApp(database.url, {
      projections,
      options: { leaseMs: 500, listen: false, pollInterval: { min: NEVER_MS, max: NEVER_MS } },
    });
    const { globalPosition } = await early.store.append('early', [happened()]);
    await early.projections.waitFor('recorder', globalPosition);
    // Paused, so that the late one finds an event behind the checkpoint too, which it can know only by looking.
    await early.projections.pause('recorder');
    const last = await early.store.append('early', [happened()]);
    await early.close();

    await late.projections.resume('recorder');
    await late.projections.waitFor('recorder', last.globalPosition, { timeoutMs: 10_000 });
    expect(await positionsRecordedBy(database, 'recorder')).toEqual([1, 2, 3]);
    expect(await late.projections.status()).toMatchObject([{ state: 'running' }]);
  });
});
