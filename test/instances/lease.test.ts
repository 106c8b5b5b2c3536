import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { Deferred } from '../support/deferred';
import { eventually } from '../support/eventually';
import { type Fault, LOG_TABLE, logProjection } from '../failures/log-projection';
import { happened } from '../support/store';

describe('a lease', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];

  beforeEach(async () => {
    database = await createDatabase();
    await database.query(LOG_TABLE);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  const start = async (now: Fault = () => undefined, leaseMs?: number) => {
    const projections = [logProjection('stop', { now })];
    const app = await startApp(database.url, { projections, options: { leaseMs } });
    apps.push(app);
    return app;
  };
  const ownerOf = async () => (await database.query('SELECT owner, epoch FROM projection_leases'))[0];
  const rows = () => database.query('SELECT version FROM log ORDER BY serial');
  const takeAway = () =>
    database.query(`UPDATE projection_leases SET owner = 'another', epoch = epoch + 1,
    expires_at = clock_timestamp() + interval '1 hour'`);
  const claim = () => database.query('UPDATE projection_checkpoints SET epoch = epoch + 1');

  it('that another has taken makes the loop step down and leaves its open batch without effect', async () => {
    const [reached, hold] = [new Deferred(), new Deferred()];
    const app = await start(async () => {
      reached.release();
      await hold.released;
    });
    await app.store.append('X', [happened()]);
    await reached.released;
    // The batch has the checkpoint locked, so the claim of the next owner waits for it or ends its session.
    await takeAway();
    await database.query(`SELECT pg_terminate_backend(lock.pid) FROM projection_checkpoints checkpoint
      JOIN pg_locks lock ON lock.locktype = 'transactionid' AND lock.granted AND lock.transactionid = checkpoint.xmax`);
    await claim();
    hold.release();
    await eventually(async () => expect((await app.projections.status())[0]!.heartbeatAgeMs).toBeUndefined());
    expect(await rows()).toEqual([]);
    expect(await database.query('SELECT position FROM projection_checkpoints')).toEqual([{ position: '0' }]);
  });

  it('of a raised epoch fences off a batch that begins later', async () => {
    const app = await start();
    await app.projections.waitFor('log', (await app.store.append('X', [happened()])).globalPosition);
    await takeAway();
    await claim();
    await app.store.append('X', [happened()]);
    await eventually(async () => expect((await app.projections.status())[0]!.heartbeatAgeMs).toBeUndefined());
    expect(await rows()).toHaveLength(2);
    expect(await ownerOf()).toMatchObject({ owner: 'another' });
  });

  it('that ran out is taken with a higher epoch, and the open batch of the old owner is ended', async () => {
    const [reached, hold] = [new Deferred(), new Deferred()];
    const first = await start(async () => {
      reached.release();
      await hold.released;
    });
    const { globalPosition } = await first.store.append('X', [happened()]);
    await reached.released;
    const before = (await ownerOf()) as { owner: string; epoch: string };
    // As when the process stands still: the lease runs out while its batch is open.
    await database.query(`UPDATE projection_leases SET expires_at = '-infinity'`);
    await database.query(`DELETE FROM projection_instances`);
    const second = await start();
    await second.projections.waitFor('log', globalPosition);
    hold.release();
    const after = (await ownerOf()) as { owner: string; epoch: string };
    expect(BigInt(after.epoch)).toBeGreaterThan(BigInt(before.epoch));
    await eventually(async () => expect((await first.projections.status())[0]!.state).toBe('running'));
    expect(await rows()).toHaveLength(2);
  });

  it('is handed over at once by a clean shutdown', async () => {
    const first = await start(undefined, 3_600_000);
    const second = await start(undefined, 3_600_000);
    const { globalPosition } = await second.store.append('X', [happened()]);
    await first.close();
    await second.projections.waitFor('log', globalPosition);
    await eventually(async () =>
      expect((await second.projections.status())[0]!.heartbeatAgeMs).toBeDefined(),
    );
    expect(await rows()).toHaveLength(2);
  });

  it('that was given back is free also where the clock of the database goes back', async () => {
    await (await start(undefined, 3_600_000)).close();
    await database.query(`UPDATE projection_leases SET expires_at = expires_at + interval '30 minutes'`);
    const second = await start(undefined, 3_600_000);
    const { globalPosition } = await second.store.append('X', [happened()]);
    await second.projections.waitFor('log', globalPosition, { timeoutMs: 30_000 });
  });

  it.each([-3_600_000, 3_600_000])('does not depend on clocks: one is %i ms off', async (off) => {
    const first = await start(undefined, 2_000);
    await first.projections.waitFor('log', (await first.store.append('X', [happened()])).globalPosition);
    const owner = await ownerOf();
    const now = Date.now;
    jest.spyOn(Date, 'now').mockImplementation(() => now() + off);
    const second = await start(undefined, 2_000);
    // For longer than the lease, counted by renewals, the one whose clock jumped keeps what it holds.
    let expiry = await expiryOf();
    for (let renewals = 0; renewals < 4; renewals++) {
      await eventually(async () => expect(await expiryOf()).not.toEqual(expiry));
      expiry = await expiryOf();
    }
    expect(await ownerOf()).toEqual(owner);
    await second.projections.waitFor('log', (await second.store.append('X', [happened()])).globalPosition);
    expect(await rows()).toHaveLength(4);
  });

  const expiryOf = async () => (await database.query('SELECT expires_at::text FROM projection_leases'))[0];
});
