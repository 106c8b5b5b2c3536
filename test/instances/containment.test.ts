import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import { On, Projection, type ProjectionOptions, type RecordedEvent } from 'nestjs-projections';
import { CheckpointStore } from '../../src/state/checkpoint.store';
import { SegmentCutStore } from '../../src/state/segment-cut.store';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { around } from '../support/around';
import { Deferred } from '../support/deferred';
import { eventually } from '../support/eventually';
import { createRecordedTable, positionsRecordedBy, recorder } from '../support/recorder';

const append = async ({ store }: TestApp, stream: string, data: object) =>
  (await store.append(stream, [{ type: 'Happened', data }])).globalPosition;

/** Sets events without a customer aside, for which `segmentBy` has no key. */
const failing = (options: Partial<ProjectionOptions>) => {
  @Projection({ name: 'p', onError: 'dead-letter', retry: { attempts: 1 }, ...options })
  class Failing {
    @On('Happened')
    happened({ data }: RecordedEvent) {
      if (!('customer' in (data as object))) throw new Error('no customer');
    }
  }
  return Failing;
};

type Wrap = Parameters<typeof around>[2];

describe('what fails for one projection', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];
  const given: RecordedEvent[] = [];

  beforeEach(async () => {
    given.length = 0;
    database = await createDatabase();
    await createRecordedTable(database);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  const segmentBy = (event: RecordedEvent) => {
    given.push(event);
    return (event.data as { customer: { id: string } }).customer.id;
  };
  const start = async (
    options: Partial<ProjectionOptions>,
    { run = true, url = database.url, others = [recorder({ name: 'other' })] } = {},
  ) => {
    const app = await startApp(url, {
      projections: [failing(options), ...others],
      options: { run, leaseMs: 1_000 },
    });
    apps.push(app);
    return app;
  };
  const segmentsOfLetters = async () =>
    (
      await database.query<{ segment: number }>(
        'SELECT segment FROM projection_dead_letters ORDER BY position',
      )
    ).map(({ segment }) => segment);

  it('at a resegmentation leaves the others coordinated, and its unreadable letters to the segment of their stream', async () => {
    const old = await start({ segmentBy });
    for (const stream of ['a', 'b', 'c', 'd', 'e', 'f']) await append(old, stream, {});
    await old.projections.waitFor('p', 6n);
    await start({ segmentBy, segments: 2 }, { run: false });
    await eventually(async () => expect(new Set(await segmentsOfLetters()).size).toBe(2));

    await old.projections.pause('other');
    await eventually(async () => {
      const { globalPosition } = await old.store.append('g', [{ type: 'Happened', data: {} }]);
      const applied = await positionsRecordedBy(database, 'other');
      expect(applied).not.toContain(Number(globalPosition) - 1);
    });
    // Whole events, also for a segmentBy that goes by their time or place.
    for (const event of given) {
      expect(event.recordedAt).toBeInstanceOf(Date);
      expect(typeof event.globalPosition).toBe('bigint');
    }
  });

  /** A session of another role keeps the checkpoint of "p" locked; what runs here may not end it. */
  const lockedByAnotherRole = async () => {
    const [old, now] = ['old', 'new'].map((role) => `${role}_${Date.now()}_${process.pid}`) as [
      string,
      string,
    ];
    await database.query(`CREATE ROLE ${old} LOGIN PASSWORD 'x'`);
    await database.query(`CREATE ROLE ${now} LOGIN PASSWORD 'x'`);
    for (const what of ['SCHEMA public', 'ALL TABLES IN SCHEMA public', 'ALL SEQUENCES IN SCHEMA public'])
      await database.query(`GRANT ALL ON ${what} TO PUBLIC`);
    const as = (role: string) => Object.assign(new URL(database.url), { username: role, password: 'x' }).href;
    const hung = new Client({ connectionString: as(old) });
    await hung.connect();
    await hung.query('BEGIN');
    await hung.query(`UPDATE projection_checkpoints SET updated_at = now() WHERE projection = 'p'`);
    return {
      url: as(now),
      letGo: () => hung.query('ROLLBACK'),
      end: async () => {
        for (const app of apps.splice(0)) await app.close();
        await hung.end();
        for (const role of [old, now]) {
          await database.query(`DROP OWNED BY ${role}`);
          await database.query(`DROP ROLE ${role}`);
        }
      },
    };
  };

  it('at its take-over, which the database does not allow, is told once and leaves the others running', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    await (await start({})).close();
    const { url, letGo, end } = await lockedByAnotherRole();
    const app = await start({}, { url });
    const position = await append(app, 's', { customer: 1 });
    await app.projections.waitFor('other', position, { timeoutMs: 20_000 });
    const tells = () =>
      warn.mock.calls.map(([text]) => String(text)).filter((text) => /"p" cannot be taken over/.test(text));
    await eventually(() => expect(tells()).toHaveLength(1));
    expect(tells()[0]).toMatch(/session \d+ of the role "old_.*pg_terminate_backend/);

    await letGo();
    await app.projections.waitFor('p', position, { timeoutMs: 20_000 });
    expect(tells()).toHaveLength(1);
    await end();
  });

  it('at its take-over has passed for all who waited once one of them has it', async () => {
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    await (await start({})).close();
    const { url, letGo, end } = await lockedByAnotherRole();
    const waiting = [await start({}, { url, others: [] }), await start({}, { url, others: [] })];
    const states = async () =>
      Promise.all(waiting.map(async ({ projections }) => (await projections.status())[0]!.state));
    await eventually(async () => expect(await states()).toEqual(['retrying', 'retrying']));
    await letGo();
    await eventually(async () => expect(await states()).toEqual(['running', 'running']));
    await end();
  });

  it('at a resegmentation has passed once that is not due any more', async () => {
    jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    await (await start({ segmentBy })).close();
    jest.spyOn(SegmentCutStore.prototype, 'step').mockRejectedValue(new Error('no room'));
    const app = await start({ segmentBy, segments: 2 });
    const state = async () => (await app.projections.status())[0]!.state;
    await eventually(async () => expect(await state()).toBe('retrying'));
    await database.query(`UPDATE projection_states SET segments_wanted = 1 WHERE projection = 'p'`);
    await eventually(async () => expect(await state()).toBe('running'));
  });

  it('at its registration, as a row that a foreign session keeps locked, is made good later', async () => {
    await (await start({})).close();
    const hung = await database.connect();
    await hung.query('BEGIN');
    await hung.query(`SELECT FROM projection_states WHERE projection = 'p' FOR UPDATE`);
    const app = await start({ version: 2 });
    const position = await append(app, 's', { customer: 1 });
    await app.projections.waitFor('other', position, { timeoutMs: 20_000 });
    await hung.query('ROLLBACK');
    await app.projections.waitFor('p', position, { timeoutMs: 20_000 });
    expect(await database.query(`SELECT version FROM projection_states WHERE projection = 'p'`)).toEqual([
      { version: 2 },
    ]);
  });

  it.each<[string, (wrap: Wrap) => void]>([
    ['registers it', (wrap) => around(SegmentCutStore.prototype, 'callOff', wrap)],
    ['takes a segment of it', (wrap) => around(CheckpointStore.prototype, 'create', wrap)],
  ])('as an instance that stands still while it %s, does not keep operators waiting', async (_, aroundIt) => {
    const operator = await start({}, { run: false });
    const [standing, thawed] = [new Deferred(), new Deferred()];
    aroundIt(async (work, ...args) => {
      standing.release();
      await thawed.released;
      return work(...args);
    });
    const starting = start({});
    await standing.released;
    await operator.projections.pause('p').finally(() => thawed.release());
    const app = await starting;
    await app.projections.resume('p');
    const position = await append(app, 's', { customer: 1 });
    await app.projections.waitFor('p', position);
  });

  it('does not cost it, or the others, their leases: rows that are locked are passed over by the heartbeat', async () => {
    const app = await start({});
    await append(app, 's', { customer: 1 });
    const epochs = () => database.query('SELECT projection, epoch FROM projection_leases ORDER BY 1');
    const before = await epochs();
    const expiries = async () =>
      database.query<{ projection: string; expires_at: string }>(
        'SELECT projection, expires_at::text FROM projection_leases ORDER BY 1',
      );
    const hung = await database.connect();
    await hung.query('BEGIN');
    await hung.query(`SELECT FROM projection_leases WHERE projection = 'p' FOR UPDATE`);
    const [other] = await expiries();
    await eventually(async () => expect((await expiries())[0]).not.toEqual(other));
    await hung.query('ROLLBACK');
    const [, p] = await expiries();
    await eventually(async () => expect((await expiries())[1]).not.toEqual(p));
    expect((await epochs()).map(({ projection }) => projection as string)).toEqual(
      before.map(({ projection }) => projection as string),
    );
  });
});
