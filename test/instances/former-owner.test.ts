import { setImmediate } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import { type OnError, On, Projection } from 'nestjs-projections';
import { CommandStore } from '../../src/state/command.store';
import { ControlStore } from '../../src/state/control.store';
import { LeaseStore } from '../../src/state/lease.store';
import { startApp, type TestApp } from '../support/app';
import { around } from '../support/around';
import { createDatabase, type TestDatabase } from '../support/database';
import { Deferred } from '../support/deferred';
import { eventually } from '../support/eventually';
import { happened } from '../support/store';

interface StartOptions {
  readonly version?: number;
  readonly onError?: OnError;
  readonly leaseMs?: number;
}

describe('an owner whose lease another has taken', () => {
  let database: TestDatabase;
  let fails: boolean;
  const apps: TestApp[] = [];

  beforeEach(async () => {
    fails = true;
    database = await createDatabase();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  const projection = (version: number, onError: OnError) => {
    @Projection({ name: 'p', version, onError, retry: { attempts: 1 } })
    class Failing {
      @On('Happened')
      happened() {
        if (fails) throw new Error('bad');
      }
    }
    return Failing;
  };
  const start = async ({ version = 1, onError = 'stop', leaseMs = 600_000 }: StartOptions = {}) => {
    const app = await startApp(database.url, {
      projections: [projection(version, onError)],
      options: { leaseMs },
    });
    apps.push(app);
    return app;
  };
  const takeOver = async () => {
    await database.query(
      `UPDATE projection_leases SET owner = 'another', epoch = epoch + 1, expires_at = clock_timestamp() + interval '1 minute'`,
    );
    await database.query('UPDATE projection_checkpoints SET epoch = epoch + 1');
  };

  it('does not stop the projection for its successor', async () => {
    const written = new Deferred();
    around(ControlStore.prototype, 'halt', async (call, ...given) => {
      await takeOver();
      const outcome = await call(...given);
      written.release();
      return outcome;
    });
    const app = await start();
    await app.store.append('s', [happened()]);
    await written.released;
    await eventually(async () => expect((await app.projections.status())[0]!.heartbeatAgeMs).toBeUndefined());
    expect(await database.query('SELECT state, failure FROM projection_states')).toEqual([
      { state: 'running', failure: null },
    ]);
  });

  it('says nothing of a command that its successor carries out', async () => {
    const written = new Deferred();
    around(CommandStore.prototype, 'finish', async (call, ...given) => {
      await takeOver();
      await call(...given);
      written.release();
    });
    const app = await start({ onError: 'dead-letter' });
    await app.projections.waitFor('p', (await app.store.append('s', [happened()])).globalPosition);
    const retried = app.projections.retryDeadLetters('p');
    await written.released;
    await eventually(async () => expect((await app.projections.status())[0]!.heartbeatAgeMs).toBeUndefined());
    expect(await database.query('SELECT finished_at, result FROM projection_commands')).toEqual([
      { finished_at: null, result: null },
    ]);
    await database.query(
      `UPDATE projection_commands SET finished_at = now(), result = '{"applied":0,"failed":1}'`,
    );
    expect(await retried).toEqual({ applied: 0, failed: 1 });
  });

  it('because it could not give it back does not keep it for ever, and ends no process', async () => {
    fails = false;
    const rejections: unknown[] = [];
    const note = (error: unknown) => rejections.push(error);
    // Jest gives tests a copy of the process, which hears of nothing.
    const real = runInThisContext('process') as NodeJS.Process;
    real.on('unhandledRejection', note);
    try {
      const old = await start({ leaseMs: 1_000 });
      await old.projections.waitFor('p', (await old.store.append('s', [happened()])).globalPosition);
      const tried = new Deferred();
      around(LeaseStore.prototype, 'release', () => {
        tried.release();
        return Promise.reject(new Error('the database is away'));
      });
      const next = await start({ version: 2, leaseMs: 1_000 });
      const { globalPosition } = await next.store.append('s', [happened()]);
      await next.projections.waitFor('p', globalPosition, { timeoutMs: 20_000 });
      await tried.released;
      // A rejection is known to be nobody's a turn of the loop later.
      await setImmediate();
      expect(rejections).toEqual([]);
    } finally {
      real.off('unhandledRejection', note);
    }
  });

  it('because the clock of the database went back does not keep it until it is as late again', async () => {
    fails = false;
    const dead = await start({ leaseMs: 1_000 });
    await dead.projections.waitFor('p', (await dead.store.append('s', [happened()])).globalPosition);
    await dead.close();
    apps.length = 0;
    await database.query(`UPDATE projection_leases SET expires_at = clock_timestamp() + interval '2 hours'`);
    await database.query(
      `INSERT INTO projection_instances (instance, runs, expires_at, lease_ms)
       VALUES ('dead', '{p}', clock_timestamp() + interval '2 hours', 1000)`,
    );
    const next = await start({ leaseMs: 1_000 });
    const { globalPosition } = await next.store.append('s', [happened()]);
    await next.projections.waitFor('p', globalPosition, { timeoutMs: 20_000 });
    await eventually(async () =>
      expect(await database.query(`SELECT FROM projection_instances WHERE instance = 'dead'`)).toEqual([]),
    );
  });
});
