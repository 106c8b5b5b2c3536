import { poolOf } from '../../src/database/client-config';
import { type Fault, LOG_TABLE, logProjection } from './log-projection';
import { happened, NO_POLLING } from '../support/store';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { startProxy } from '../support/proxy';

describe('a lost connection', () => {
  let database: TestDatabase;
  let app: TestApp;
  beforeEach(async () => {
    database = await createDatabase();
    await database.query(LOG_TABLE);
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  it('is no failure of the event whose handler was busy elsewhere meanwhile', async () => {
    let losses = 0;
    const lose: Fault = async (_, { manager }) => {
      // More often than the event may fail.
      if (++losses > 5) return;
      const [{ pid }] = await manager.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
      await database.query('SELECT pg_terminate_backend($1)', [pid]);
      await eventually(() => expect(manager.queryRunner!.isReleased).toBe(true));
    };
    app = await startApp(database.url, {
      projections: [logProjection('stop', { now: lose })],
      options: { retry: { backoff: { minMs: 1, maxMs: 2 } } },
    });
    const { globalPosition } = await app.store.append('stream', [happened()]);
    await app.projections.waitFor('log', globalPosition);
    expect(await database.query('SELECT version FROM log')).toHaveLength(2);
  });

  it('does not end the process when it is lost in the moment it is made', async () => {
    const proxy = await startProxy(database.url);
    try {
      app = await startApp(proxy.url, { options: { run: false, listen: false } });
      proxy.endNewConnections(true);
      // More at once than the pool has connections, so that it makes new ones.
      const ask = () => app.dataSource.query('SELECT 1');
      const answers = await Promise.allSettled(Array.from({ length: 10 }, ask));
      expect(answers).toContainEqual(expect.objectContaining({ status: 'rejected' }));
      proxy.endNewConnections(false);
      await eventually(() => ask());
    } finally {
      await app.close();
      await proxy.stop();
    }
  });

  it('does not end the process when it was there before the module, and is lost between two who use it', async () => {
    const proxy = await startProxy(database.url);
    try {
      const options = { ...NO_POLLING, run: false, listen: false };
      app = await startApp(proxy.url, { options, poolSize: 1 });
      proxy.endNewConnections(true);
      // The answer to the first comes with the end of the connection, which the pool has lent to the second by then.
      const pool = poolOf(app.dataSource);
      const [first, second] = await Promise.allSettled([
        pool.query('SELECT 1'),
        app.dataSource.query('SELECT 1'),
      ]);
      expect([first.status, second.status]).toEqual(['fulfilled', 'rejected']);
      proxy.endNewConnections(false);
      await eventually(() => app.dataSource.query('SELECT 1'));
    } finally {
      await app.close();
      await proxy.stop();
    }
  });
});
