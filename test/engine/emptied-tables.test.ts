import { On, Projection, type ProjectionContext, ProjectionHealthIndicator } from 'nestjs-projections';
import type { RecordedEvent } from 'nestjs-projections';
import { startApp, type TestApp, type TestAppOptions } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { createRecordedTable, positionsRecordedBy, recordedBy, recorder } from '../support/recorder';
import { happened } from '../support/store';

const happenings = (count: number) => Array.from({ length: count }, (_, n) => happened(n));

/** As suites of tests do between their tests. */
describe('tables of the module that are emptied under a running application', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  async function start(projections: TestAppOptions['projections']): Promise<void> {
    app = await startApp(database.url, { projections });
  }
  const append = async (stream: string, count: number) =>
    (await app.store.append(stream, happenings(count))).globalPosition;

  async function truncate(which: (table: string) => boolean = () => true): Promise<void> {
    const tables = await database.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'projection_migrations'`,
    );
    const names = tables.map(({ name }) => name).filter(which);
    await database.query(`TRUNCATE ${names.join(', ')} RESTART IDENTITY`);
  }
  const positions = (name = 'log') => positionsRecordedBy(database, name);
  const handedOver = () =>
    eventually(async () => {
      const marks = await database.query('SELECT by_appends FROM projection_inline_marks');
      expect(marks).toEqual([{ by_appends: true }]);
    });

  it.each([1, 3])(
    'have its projections registered again, and what comes is no history: %i segments',
    async (segments) => {
      await start([recorder({ name: 'log', segments }), recorder({ name: 'head', startFrom: 'head' })]);
      const last = await append('a', 10);
      for (const name of ['log', 'head']) await app.projections.waitFor(name, last);
      await truncate();
      await append('b', 8);
      for (const name of ['log', 'head'])
        await eventually(async () => expect(await positions(name)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]));
      expect((await recordedBy(database, 'log')).some(({ replaying }) => replaying)).toBe(false);
      const status = { state: 'running', lag: { events: 0 }, owners: { length: segments } };
      await eventually(async () =>
        expect(await app.projections.status()).toMatchObject([status, { ...status, owners: { length: 1 } }]),
      );
    },
  );

  it('have them apply the events that are left as history', async () => {
    const effects: bigint[] = [];
    @Projection({ name: 'log' })
    class Log {
      @On('Happened')
      happened({ globalPosition }: RecordedEvent, { manager, afterCommit }: ProjectionContext) {
        afterCommit(() => effects.push(globalPosition));
        return manager.query(
          `INSERT INTO recorded (projection, position, stream_id, version, type, replaying) VALUES ('log', $1, '', 1, '', false)`,
          [globalPosition],
        );
      }
    }
    await start([Log]);
    await app.projections.waitFor('log', await append('a', 2));
    // A look that finds the row there knows them.
    await app.projections.pause('log');
    await app.projections.resume('log');
    await eventually(() => expect(effects).toEqual([1n, 2n]));
    await truncate((table) => table !== 'events');
    await eventually(async () => expect(await positions()).toEqual([1, 2]));
    await app.projections.waitFor('log', await append('a', 1));
    await eventually(() => expect(effects).toEqual([1n, 2n, 3n]));
  });

  it.each(['READ COMMITTED', 'REPEATABLE READ'] as const)(
    'have an append refused rather than leave out the handlers of an inline projection, at %s',
    async (isolation) => {
      await start([recorder({ name: 'log', type: 'inline' })]);
      const within = (count: number) =>
        app.dataSource.transaction(isolation, (manager) =>
          app.store.append('b', happenings(count), { manager }),
        );
      await handedOver();
      await append('a', 10);
      // Nobody makes it again: that of the state is there.
      await truncate((table) => table === 'projection_inline_marks');
      await expect(within(8)).rejects.toMatchObject({ name: 'InlineMarkMissingError', projection: 'log' });
      expect(await positions()).toHaveLength(10);

      await truncate();
      await handedOver();
      await within(8);
      expect(await positions()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    },
  );

  it('are told of while they cannot be registered again', async () => {
    await start([recorder({ name: 'log' })]);
    await app.projections.waitFor('log', await append('a', 1));
    await database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON projection_states FOR EACH ROW EXECUTE FUNCTION refuse()`);
    await truncate();
    const [status] = await app.projections.status();
    expect(['unowned', 'retrying']).toContain(status!.state);
    await eventually(async () => {
      const { log } = await app.get(ProjectionHealthIndicator).isHealthy('log');
      expect(log).toMatchObject({ status: 'down', projections: { log: { lastError: 'not now' } } });
    });
    await database.query('DROP TRIGGER refuse ON projection_states');
    await app.projections.waitFor('log', await append('a', 1));
    expect(await positions()).toEqual([1]);
  });
});
