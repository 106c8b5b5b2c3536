import { PostgresEventStore } from '../../src/postgres/postgres-event-store';
import { startApp, type TestApp } from '../support/app';
import { around } from '../support/around';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { recorder } from '../support/recorder';
import { happened, NO_POLLING } from '../support/store';

/** How often the head is looked for once all is started. */
function looks(): { count: number } {
  const counted = { count: 0 };
  around(PostgresEventStore.prototype, 'head', (head, ...args) => {
    counted.count++;
    return head(...args);
  });
  return counted;
}

describe('an append', () => {
  let database: TestDatabase;
  let app: TestApp | undefined;

  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await app?.close();
    await database.drop();
  });

  it('has the head looked for where there are projections, also those that run elsewhere', async () => {
    const projections = [recorder({ name: 'one' })];
    app = await startApp(database.url, { projections, options: { ...NO_POLLING, run: false } });
    const counted = looks();
    await app.store.append('s', [happened()]);
    await eventually(() => expect(counted.count).toBeGreaterThan(0));
  });

  it('has nobody look where there are none', async () => {
    app = await startApp(database.url, { options: NO_POLLING });
    const counted = looks();
    for (let n = 0; n < 5; n++) await app.store.append('s', [happened()]);
    await app.close();
    app = undefined;
    expect(counted.count).toBe(0);
  });
});
