import { AsyncLocalStorage } from 'node:async_hooks';
import { OnAny, Projection, ProjectionNotRegisteredError, type ProjectionType } from 'nestjs-projections';
import type { EntityManager } from 'typeorm';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { recorder, createRecordedTable } from '../support/recorder';
import { happened } from '../support/store';

const requests = new AsyncLocalStorage<string>();

describe('what a request keeps in an AsyncLocalStorage', () => {
  let database: TestDatabase;
  let app: TestApp;
  const seen: (string | undefined)[] = [];

  const observing = (type: ProjectionType) => {
    @Projection({ name: type, type, readModels: [] })
    class Observing {
      @OnAny()
      async any() {
        // What a package that keeps transactions there would look at.
        await Promise.resolve();
        seen.push(requests.getStore());
      }
    }
    return Observing;
  };

  beforeAll(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    const projections = [
      observing('catch-up'),
      observing('persistent'),
      recorder({ name: 'r', type: 'live' }),
    ];
    // The application itself is started in one, as by a test or a command line.
    app = await requests.run('start', () => startApp(database.url, { projections }));
  });
  afterAll(async () => {
    await app?.close();
    await database.drop();
  });
  beforeEach(() => void (seen.length = 0));

  it('is not seen by handlers that catchUp runs', async () => {
    await app.store.append('s', [happened(), happened()]);
    await requests.run('catch-up', () => app.projections.catchUp('catch-up'));
    await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(2));
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });

  it('is not seen by handlers that an append, a pause or a resumption wakes', async () => {
    await requests.run('request', async () => {
      await app.projections.pause('persistent');
      const { globalPosition } = await app.store.append('s', [happened()]);
      await app.projections.resume('persistent');
      await app.projections.waitFor('persistent', globalPosition);
    });
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen)).toEqual(new Set([undefined]));
  });

  it('is no place for what operators order, although a package leads all statements of a request there', async () => {
    const { dataSource, projections } = app;
    const transactions = new AsyncLocalStorage<EntityManager>();
    const { manager } = dataSource;
    const query = dataSource.query.bind(dataSource);
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    Object.defineProperty(dataSource, 'manager', { get: () => transactions.getStore() ?? manager });
    dataSource.query = (sql: string, values?: unknown[]) =>
      transactions.getStore()?.query(sql, values) ?? query(sql, values);
    await transactions.run(runner.manager, async () => {
      expect(await projections.retryDeadLetters('persistent', {}, { by: 'request' })).toEqual({
        applied: 0,
        failed: 0,
      });
      await projections.pause('persistent', { by: 'request' });
    });
    await runner.rollbackTransaction();
    await runner.release();
    expect(
      await database.query(`SELECT state FROM projection_states WHERE projection = 'persistent'`),
    ).toEqual([{ state: 'paused' }]);
    expect(await database.query(`SELECT action FROM projection_audit WHERE actor = 'request'`)).toEqual([
      { action: 'retry' },
      { action: 'pause' },
    ]);
  });
});

it.each(['persistent', 'inline', 'live'] as const)(
  'a pause of a projection (%s) that nobody has registered says so, and notes nothing',
  async (type) => {
    const database = await createDatabase();
    const app = await startApp(database.url, { projections: [recorder({ name: 'r', type })] });
    await database.query('DELETE FROM projection_states');
    await expect(app.projections.pause('r')).rejects.toThrow(ProjectionNotRegisteredError);
    await expect(app.projections.resume('r')).rejects.toThrow(
      'cannot be resumed: no instance has registered it',
    );
    expect(await database.query('SELECT FROM projection_audit')).toEqual([]);
    await app.close();
    await database.drop();
  },
);
