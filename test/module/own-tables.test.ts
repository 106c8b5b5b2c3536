import { TypeOrmModule } from '@nestjs/typeorm';
import {
  EventEntity,
  EventStore,
  ForeignTableError,
  MissingTablesError,
  OutdatedTablesError,
  ProjectionCheckpoint,
  projectionEntities,
  projectionMigrations,
  projectionMigrationsFor,
  ProjectionModule,
  type ProjectionModuleOptions,
  Projections,
  TableNotEmptyError,
} from 'nestjs-projections';
import { DataSource, type DataSourceOptions, DefaultNamingStrategy } from 'typeorm';
import { MODULE_TABLES } from '../../src/state/module-tables';
import { boot } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { createRecordedTable, positionsRecordedBy, recorder } from '../support/recorder';
import { happened } from '../support/store';

class ShoutingNames extends DefaultNamingStrategy {
  override tableName(target: string, given: string | undefined): string {
    return (given ?? target).toUpperCase();
  }

  override columnName(property: string, given: string | undefined): string {
    return (given ?? property).toUpperCase();
  }
}

async function undoAll(on: DataSource): Promise<void> {
  for (const _ of projectionMigrations) await on.undoLastMigration();
}

describe("the module's own tables", () => {
  let database: TestDatabase;
  const opened: DataSource[] = [];
  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
  });
  afterEach(async () => {
    for (const dataSource of opened.splice(0)) await dataSource.destroy();
    await database.drop();
  });

  function start(options: ProjectionModuleOptions = {}, typeorm: object = {}) {
    return boot(
      TypeOrmModule.forRoot({
        type: 'postgres',
        url: database.url,
        entities: projectionEntities,
        retryAttempts: 0,
        ...typeorm,
      }),
      ProjectionModule.forRoot({ listen: false, ...options }),
      ProjectionModule.forFeature([recorder({ name: 'log' })]),
    );
  }

  /** Starts, applies an event, and gives what the module's entities see. */
  async function runThrough(...how: Parameters<typeof start>) {
    const app = await start(...how);
    try {
      const { globalPosition } = await app.get(EventStore).append('s', [happened()]);
      await app.get(Projections).waitFor('log', globalPosition);
      const dataSource = app.get(DataSource);
      const [event] = await dataSource.getRepository(EventEntity).findBy({ streamId: 's' });
      const [checkpoint] = await dataSource.getRepository(ProjectionCheckpoint).find();
      return { event, checkpoint };
    } finally {
      await app.close();
    }
  }

  async function open(migrations: DataSourceOptions['migrations']): Promise<DataSource> {
    const dataSource = new DataSource({ type: 'postgres', url: database.url, migrations });
    opened.push(await dataSource.initialize());
    return dataSource;
  }

  const columns = async () => {
    const rows = await database.query<{ table: string; names: string[] }>(
      `SELECT table_name AS table, array_agg(column_name::text) AS names FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name NOT IN ('recorded', 'migrations') GROUP BY table_name`,
    );
    return new Map(rows.map(({ table, names }) => [table, names]));
  };

  const tables = async () => {
    const rows = await database.query<{ name: string }>(
      `SELECT format('%s.%s', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    );
    return rows.map(({ name }) => name).filter((name) => name !== 'public.recorded');
  };

  const CALENDAR = `CREATE TABLE events (id serial PRIMARY KEY, title text)`;

  it.each([
    ['a calendar', CALENDAR, 'no column global_position bigint, id uuid'],
    ['a view', `CREATE VIEW events AS SELECT 1 AS global_position`, 'it is no table'],
    [
      'a table with one more column that demands a value',
      `CREATE TABLE events (global_position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid UNIQUE, stream_id text,
         version bigint, type text, data jsonb, metadata jsonb, recorded_at timestamptz, tenant text NOT NULL)`,
      'it demands values for tenant',
    ],
    ["another library's states", `CREATE TABLE projection_states (name text)`, 'no column projection text'],
    ["another library's list", `CREATE TABLE projection_migrations (id int)`, 'no column name text'],
  ])('are not made where %s has the name of one', async (_, sql, problem) => {
    await database.query(sql);
    const before = await tables();
    const error = await start().catch((refusal: Error) => refusal);
    expect(error).toBeInstanceOf(ForeignTableError);
    expect((error as Error).message).toContain(problem);
    expect((error as Error).message).toContain('ProjectionModule.forRoot another schema');
    expect(await tables()).toEqual(before);
  });

  it('are told from those of others where the server puts every name in quotes', async () => {
    await database.query(
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET quote_all_identifiers = on', current_database()); END $$`,
    );
    const app = await start();
    const { globalPosition } = await app.get(EventStore).append('s', [happened()]);
    await app.get(Projections).waitFor('log', globalPosition);
    await app.close();
    await (await start()).close();
  });

  it('are told from others where it was told to make none, too', async () => {
    await database.query(CALENDAR);
    await expect(start({ migrate: false })).rejects.toThrow(ForeignTableError);
  });

  it('stand beside a table of the same name in a schema, or under names, of their own', async () => {
    await database.query(CALENDAR);
    await runThrough({ schema: 'read side' });
    expect(await tables()).toEqual(
      expect.arrayContaining(['public.events', 'read side.events', 'read side.projection_leases']),
    );
    expect(await database.query('SELECT type FROM "read side".events')).toEqual([{ type: 'Happened' }]);

    const { event, checkpoint } = await runThrough({
      tables: { events: 'Shop"Events', deadLetters: 'letters' },
    });
    expect(event).toMatchObject({ type: 'Happened', version: '1' });
    expect(checkpoint).toMatchObject({ projection: 'log', position: '1' });
    expect(await tables()).toEqual(expect.arrayContaining(['public.Shop"Events', 'public.letters']));
    expect(await database.query('SELECT FROM events')).toEqual([]);
  });

  it('carry the prefix of the data source, and what they are searched by is their own', async () => {
    const { event } = await runThrough({}, { entityPrefix: 'app_' });
    expect(event).toMatchObject({ type: 'Happened' });
    await runThrough({}, { entityPrefix: 'shop_' });
    expect(await tables()).toEqual(
      expect.arrayContaining(['public.app_events', 'public.shop_projection_audit']),
    );
    const indexed = await database.query(
      `SELECT tablename FROM pg_indexes WHERE indexname LIKE '%projection_commands_open' ORDER BY 1`,
    );
    expect(indexed).toEqual([
      { tablename: 'app_projection_commands' },
      { tablename: 'shop_projection_commands' },
    ]);
    expect(await positionsRecordedBy(database, 'log')).toEqual([1, 1]);
  });

  it('are named by the naming strategy, and their columns are not', async () => {
    const { event, checkpoint } = await runThrough({}, { namingStrategy: new ShoutingNames() });
    expect(event).toMatchObject({ streamId: 's', type: 'Happened' });
    expect(checkpoint).toMatchObject({ projection: 'log', position: '1' });
    expect(await tables()).toContain('public.EVENTS');
  });

  it.each([
    [{ schema: '' }, 'schema must be a name'],
    [{ tables: { events: 'x'.repeat(64) } }, 'at most 63 bytes'],
    [{ tables: { audit: 'log', states: 'log' } }, 'gives two tables the name "log"'],
    [{ tables: { ['event' as string]: 'x' } }, 'there is no option event'],
  ])('cannot be placed by %j', async (options, problem) => {
    await expect(start(options)).rejects.toThrow(problem);
  });

  /** By table. A column or table that a migration adds belongs into src/state/module-tables.ts. */
  it('are known with all that later migrations add', async () => {
    const first = new Map<string, string[]>();
    let now = first;
    for (const count of projectionMigrations.keys()) {
      await (await open(projectionMigrations.slice(0, count + 1))).runMigrations();
      now = await columns();
      for (const [table, names] of now) if (!first.has(table)) first.set(table, names);
    }
    expect([...now.keys()].toSorted()).toEqual(Object.keys(MODULE_TABLES).toSorted());
    for (const [table, { columns: base, later = [] }] of Object.entries(MODULE_TABLES)) {
      const added = now.get(table)!.filter((name) => !first.get(table)!.includes(name));
      expect([table, ...later.toSorted()]).toEqual([table, ...added.toSorted()]);
      expect(now.get(table)).toEqual(expect.arrayContaining(Object.keys(base)));
    }
  });

  it('that lack columns of a later migration are out of date, not foreign', async () => {
    await (await start()).close();
    await database.query('ALTER TABLE projection_checkpoints DROP COLUMN halt_at');
    const error = await start({ migrate: false }).catch((refusal: Error) => refusal);
    expect(error).toBeInstanceOf(OutdatedTablesError);
    expect((error as Error).message).toContain('"projection_checkpoints".halt_at');
  });

  it('that were dropped though they are listed as made are missing', async () => {
    await (await start()).close();
    await database.query('DROP TABLE projection_leases');
    const error = await start().catch((refusal: Error) => refusal);
    expect(error).toBeInstanceOf(MissingTablesError);
    expect((error as Error).message).toContain('"projection_migrations" says that it was made');
  });

  describe('reverted', () => {
    it('are dropped where they are empty', async () => {
      const dataSource = await open(projectionMigrations);
      await dataSource.runMigrations();
      await undoAll(dataSource);
      expect(await tables()).toEqual(['public.migrations']);
    });

    it('leave tables that were there before, whoever made them', async () => {
      await database.query(`
        CREATE TABLE events (global_position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid UNIQUE,
          stream_id text, version bigint, type text, data jsonb, metadata jsonb DEFAULT '{}',
          recorded_at timestamptz DEFAULT now(), UNIQUE (stream_id, version))`);
      const dataSource = await open(projectionMigrations);
      await dataSource.runMigrations();
      await undoAll(dataSource);
      expect(await tables()).toEqual(['public.events', 'public.migrations']);
    });

    it('stop a run at a table of somebody else before the first is made', async () => {
      await database.query(CALENDAR);
      const dataSource = await open(projectionMigrations);
      await expect(dataSource.runMigrations({ transaction: 'each' })).rejects.toThrow(ForeignTableError);
      expect(await tables()).toEqual(['public.events', 'public.migrations']);
    });

    it('refuse to drop rows, unless told to', async () => {
      await runThrough();
      const dataSource = await open(projectionMigrations);
      await dataSource.runMigrations();
      const error = await undoAll(dataSource).catch((refusal: Error) => refusal);
      expect(error).toBeInstanceOf(TableNotEmptyError);
      expect((error as Error).message).toContain('dropTablesWithRows: true');
      expect(await database.query('SELECT FROM events')).toHaveLength(1);

      await undoAll(await open(projectionMigrationsFor({ dropTablesWithRows: true })));
      expect(await tables()).toEqual(['public.migrations', 'public.projection_migrations']);
    });

    it('are where the migrations were told that they are', async () => {
      const placement = { schema: 'shop', tables: { events: 'facts' } };
      await database.query('CREATE SCHEMA shop');
      const dataSource = await open(projectionMigrationsFor(placement));
      await dataSource.runMigrations();
      await runThrough({ ...placement, migrate: false });
      expect(await database.query('SELECT FROM shop.facts')).toHaveLength(1);
    });
  });
});
