import {
  ProjectionHealthIndicator,
  type ProjectionHealthThresholds,
  ProjectionsNotRunningError,
} from 'nestjs-projections';
import type { ProjectionHealthDetail } from 'nestjs-projections';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventStore, ProjectionModule, Projections } from 'nestjs-projections';
import { type Fault, LOG_TABLE, logProjection } from '../failures/log-projection';
import { startApp, type TestApp, type TestAppOptions } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { Deferred } from '../support/deferred';
import { eventually } from '../support/eventually';
import { recorder } from '../support/recorder';
import { insertEvent } from '../support/sessions';
import { happened } from '../support/store';

class Unavailable extends Error {}

const isTransient = (error: unknown) => error instanceof Unavailable;

async function look(app: TestApp, thresholds?: ProjectionHealthThresholds) {
  const { key } = await app.get(ProjectionHealthIndicator).isHealthy('key', thresholds);
  const { log, report } = key.projections as Record<string, ProjectionHealthDetail>;
  return { status: key.status, log: log!, report: report! };
}

describe('health tells of the whole fleet', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];
  const fault: { now: Fault } = { now: () => undefined };

  beforeEach(async () => {
    fault.now = () => undefined;
    database = await createDatabase();
    await database.query(LOG_TABLE);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  const start = async (options: TestAppOptions['options'] = {}, more: object = {}) => {
    const projections = [
      logProjection('park-stream', fault, more),
      recorder({ name: 'report', type: 'catch-up' }),
    ];
    const app = await startApp(database.url, { projections, options: { isTransient, ...options } });
    apps.push(app);
    return app;
  };
  const stop = (app: TestApp) => apps.splice(apps.indexOf(app), 1)[0]!.close();

  const age = (by: string) =>
    database.query(`UPDATE projection_states SET updated_at = updated_at - interval '${by}';
      UPDATE projection_checkpoints SET updated_at = updated_at - interval '${by}';
      UPDATE projection_leases SET expires_at = expires_at - interval '${by}'`);

  it('is bad when nobody has run a projection for long, and at once where it lags beyond its limits', async () => {
    const worker = await start();
    await worker.projections.waitFor('log', (await worker.store.append('s', [happened()])).globalPosition);
    const web = await start({ run: false });
    await stop(worker);
    await web.store.append('s', [happened(), happened()]);

    const fresh = await look(web);
    expect(fresh).toMatchObject({ status: 'up', log: { state: 'unowned', problem: null, lagEvents: 2 } });
    expect(fresh.log.unownedSeconds).toBeLessThan(60);
    expect(await look(web, { maxLagEvents: 1 })).toMatchObject({ status: 'down', log: { state: 'unowned' } });

    await age('100 s');
    const long = await look(web);
    expect(long).toMatchObject({
      status: 'down',
      log: {
        problem: expect.stringMatching(/^nobody has run it for 1\d\d s, more than 60: start an/) as string,
      },
      // Nobody has asked for it.
      report: { state: 'idle', unownedSeconds: null, problem: null },
    });
    expect(await look(web, { maxUnownedSeconds: 3600 })).toMatchObject({ status: 'up' });

    await start();
    await eventually(async () =>
      expect(await look(web)).toMatchObject({ status: 'up', log: { state: 'running' } }),
    );
  });

  it('counts from the last lease also where that was released for good, and from the beginning where none was', async () => {
    const web = await start({ run: false });
    expect(await look(web)).toMatchObject({ status: 'up', log: { state: 'unowned' } });
    await age('100 s');
    expect(await look(web)).toMatchObject({ status: 'down', log: { state: 'unowned' } });
    const worker = await start();
    await eventually(async () => expect(await look(web)).toMatchObject({ log: { state: 'running' } }));
    await stop(worker);
    await database.query(`UPDATE projection_leases SET expires_at = '-infinity'`);
    await age('100 s');
    expect((await look(web)).log.unownedSeconds).toBeGreaterThanOrEqual(100);
  });

  it('counts from the shutdown of the owner, however long nothing had happened before', async () => {
    const worker = await start();
    const web = await start({ run: false });
    await worker.projections.waitFor('log', (await worker.store.append('s', [happened()])).globalPosition);
    for (const table of ['projection_states', 'projection_checkpoints'])
      await database.query(`UPDATE ${table} SET updated_at = updated_at - interval '1 hour'`);
    await stop(worker);
    const { status, log } = await look(web);
    expect({ status, log }).toMatchObject({ status: 'up', log: { state: 'unowned', problem: null } });
    expect(log.unownedSeconds).toBeLessThan(60);
  });

  it('is bad where one segment of several has no owner', async () => {
    const web = await start({ run: false }, { segments: 2, onError: 'stop' });
    await database.query(`INSERT INTO projection_leases (projection, segment, owner, epoch, expires_at)
      VALUES ('log', 0, 'worker', 1, clock_timestamp() + interval '1 hour')`);
    await database.query(`UPDATE projection_states SET updated_at = updated_at - interval '100 s'`);
    expect(await look(web)).toMatchObject({ status: 'down', log: { state: 'unowned' } });
    expect(await web.projections.status()).toMatchObject([{ owners: ['worker'] }, {}]);
  });

  it('says in every instance what the owner waits out, and no longer once that has passed', async () => {
    const worker = await start();
    const web = await start({ run: false });
    // An error whose text no column takes as it is.
    fault.now = () => {
      throw new Unavailable('the search \0 index is \ud800 down');
    };
    await web.store.append('s', [happened()]);
    const problem = expect.stringMatching(/^tries again until this passes: .*the search/) as string;
    for (const app of [worker, web])
      await eventually(async () =>
        expect(await look(app)).toMatchObject({ status: 'down', log: { state: 'retrying', problem } }),
      );
    fault.now = () => undefined;
    await eventually(async () =>
      expect(await look(web)).toMatchObject({ status: 'up', log: { state: 'running' } }),
    );
  });

  it('does not believe an owner that is gone', async () => {
    const worker = await start();
    const web = await start({ run: false });
    fault.now = () => {
      throw new Unavailable('away');
    };
    await web.store.append('s', [happened()]);
    await eventually(async () => expect(await look(web)).toMatchObject({ log: { state: 'retrying' } }));
    await stop(worker);
    expect(await look(web)).toMatchObject({ log: { state: 'unowned', lastError: null } });
  });

  it('counts what waits behind an append that is still open', async () => {
    const app = await start();
    const open = await database.connect();
    await open.query('BEGIN');
    await insertEvent(open, 'forgotten');
    await app.store.append('s', [happened(), happened(), happened()]);
    await app.store.append('t', [{ type: 'Other', data: {} }]);
    const { log, status } = await look(app, { maxLagEvents: 3 });
    expect(log).toMatchObject({ lagEvents: 0, unsettledEvents: 4 });
    expect(log.problem).toMatch(
      /lags 4 events behind, more than 3; 4 of them wait for an append behind position 0/,
    );
    expect(status).toBe('down');
    await eventually(async () => expect((await look(app)).log.headPendingSeconds).toBeGreaterThan(0));
    expect(await look(app, { maxLagSeconds: 0 })).toMatchObject({ status: 'down' });
    await open.query('ROLLBACK');
    await eventually(async () =>
      expect(await look(app, { maxLagEvents: 0 })).toMatchObject({
        status: 'up',
        log: { unsettledEvents: 0, headPendingSeconds: 0 },
      }),
    );
  });

  it('says how to go on where a version was rolled back', async () => {
    await stop(await start({}, { version: 2 }));
    const old = await start({}, { version: 1 });
    const api = await start({ run: false }, { version: 1 });
    for (const app of [old, api])
      expect(await look(app)).toMatchObject({
        status: 'down',
        log: {
          state: 'outdated',
          problem: expect.stringMatching(
            /this code has version 1, and version 2 has run.*Deploy version 2 .*raise its version above 2/,
          ) as string,
        },
      });
    await start({}, { version: 2 });
    await eventually(async () =>
      expect(await look(old)).toMatchObject({ status: 'up', log: { state: 'outdated' } }),
    );
  });

  it('counts the events that wait behind a failed one beside those that failed', async () => {
    fault.now = ({ version }) => {
      if (version === 1) throw new Error('bad');
    };
    const app = await start();
    await app.projections.waitFor(
      'log',
      (await app.store.append('s', [happened(), happened(), happened()])).globalPosition,
    );
    expect(await look(app, { maxDeadLetters: 1 })).toMatchObject({
      status: 'up',
      log: { deadLetters: 1, waiting: 2 },
    });
    expect(await app.projections.status()).toMatchObject([{ deadLetters: 1, waiting: 2 }, {}]);
  });

  it('does not take a retry of many dead letters for a loop that hangs', async () => {
    fault.now = () => {
      throw new Error('bad');
    };
    const app = await start({}, { onError: 'dead-letter' });
    const { globalPosition } = await app.store.append('s', [happened(), happened(), happened()]);
    await app.projections.waitFor('log', globalPosition);

    const now = performance.now.bind(performance);
    let gone = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now() + gone);
    const [reached, hold] = [new Deferred(), new Deferred()];
    fault.now = async ({ version }) => {
      // Each takes long: the loop has not turned for two minutes when the third is reached.
      if (version < 3) return (gone += 50_000);
      reached.release();
      return hold.released;
    };
    const retried = app.projections.retryDeadLetters('log');
    await reached.released;
    expect(await look(app, { maxHeartbeatAgeSeconds: 45 })).toMatchObject({ log: { problem: null } });
    // The caller is told, although an order that nobody takes up is given up by now.
    gone += 50_000;
    hold.release();
    expect(await retried).toEqual({ applied: 3, failed: 0 });
  });

  it('answers within five seconds where the database does not', async () => {
    const app = await start();
    const locker = await database.connect();
    await locker.query('BEGIN; LOCK TABLE projection_states IN ACCESS EXCLUSIVE MODE');
    const { key } = await app.get(ProjectionHealthIndicator).isHealthy('key');
    expect(key).toMatchObject({
      status: 'down',
      message: expect.stringMatching(/did not answer within 4.5 s/) as string,
    });
    await locker.query('ROLLBACK');
    await eventually(async () => expect(await look(app)).toMatchObject({ status: 'up' }));
  });

  it('gives status that can be sent as JSON, with positions as decimal strings', async () => {
    fault.now = () => {
      throw new Error('bad');
    };
    const app = await start({}, { onError: 'stop' });
    const { globalPosition } = await app.store.append('s', [happened()]);
    await expect(app.projections.waitFor('log', globalPosition)).rejects.toThrow('bad');
    const statuses = await app.projections.status();
    expect(JSON.parse(JSON.stringify({ statuses }))).toMatchObject({
      statuses: [{ name: 'log', position: '0', head: '1', error: { position: '1' } }, { name: 'report' }],
    });
    expect(statuses[0]).toMatchObject({ position: 0n, error: { position: 1n } });
  });
});

const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: unknown) => error,
  );

describe('before the application has started', () => {
  it('status, health and waiting say so instead of giving an answer', async () => {
    const database = await createDatabase();
    try {
      @Module({
        imports: [
          TypeOrmModule.forRoot({ type: 'postgres', url: database.url, retryAttempts: 0 }),
          ProjectionModule.forRoot({}),
          ProjectionModule.forFeature([recorder({ name: 'log' })]),
        ],
      })
      class Early {
        said: unknown[] = [];
        constructor(
          private readonly projections: Projections,
          private readonly health: ProjectionHealthIndicator,
          private readonly store: EventStore,
        ) {}
        async onModuleInit() {
          const { globalPosition } = await this.store.append('s', [happened()]);
          this.said = [
            await failure(this.projections.waitFor('log', globalPosition)),
            await failure(this.projections.status()),
            await this.health.isHealthy('key'),
          ];
        }
      }
      const nest = await NestFactory.createApplicationContext(Early, { logger: false, abortOnError: false });
      const { said } = nest.get(Early);
      await nest.close();
      expect(said).toEqual([
        expect.any(ProjectionsNotRunningError),
        expect.any(ProjectionsNotRunningError),
        {
          key: expect.objectContaining({
            status: 'down',
            message: expect.stringMatching(/not started yet/) as string,
          }) as object,
        },
      ]);
    } finally {
      await database.drop();
    }
  });
});
