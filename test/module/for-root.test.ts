import { Inject, Injectable, Module, type Type } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import {
  EventEntity,
  EventSource,
  EventStore,
  ProjectionModule,
  projectionMigrations,
  type ProjectionModuleOptions,
  Projections,
} from 'nestjs-projections';
import { DataSource } from 'typeorm';
import { boot } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { createRecordedTable, positionsRecordedBy, recordedBy, recorder } from '../support/recorder';
import { happened } from '../support/store';

/** As `@nestjs/config`: what options come from. */
@Injectable()
class Settings {
  readonly batchSize = 1;
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

/** Starts, appends two events, waits for `log`, and closes. */
async function runThrough(...imports: Parameters<typeof boot>): Promise<void> {
  const app = await boot(...imports, ProjectionModule.forFeature([recorder({ name: 'log' })]));
  try {
    const { globalPosition } = await app.get(EventStore).append('s', [happened(), happened()]);
    await app.get(Projections).waitFor('log', globalPosition);
  } finally {
    await app.close();
  }
}

describe('ProjectionModule', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
  });
  afterEach(() => database.drop());

  const typeorm = (more: object = {}) =>
    TypeOrmModule.forRoot({ type: 'postgres', url: database.url, retryAttempts: 0, ...more });

  const transactions = async () => (await database.query('SELECT DISTINCT xmin::text FROM recorded')).length;

  it('takes options from a factory that injects', async () => {
    await runThrough(
      typeorm(),
      ProjectionModule.forRootAsync({
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: async ({ batchSize }: Settings) => ({ batchSize }),
      }),
    );
    expect(await transactions()).toBe(2);
  });

  it('takes options from a class', async () => {
    @Injectable()
    class Factory {
      create(): ProjectionModuleOptions {
        return { batchSize: 1 };
      }
    }
    await runThrough(typeorm(), ProjectionModule.forRootAsync({ useClass: Factory }));
    expect(await transactions()).toBe(2);
  });

  it.each(['forRoot', 'forRootAsync'] as const)('uses the data source it is named, by %s', async (method) => {
    const elsewhere = await createDatabase();
    try {
      const options = { dataSource: 'shop' };
      await runThrough(
        TypeOrmModule.forRoot({ type: 'postgres', url: elsewhere.url, retryAttempts: 0 }),
        typeorm({ name: 'shop' }),
        method === 'forRoot'
          ? ProjectionModule.forRoot(options)
          : ProjectionModule.forRootAsync({ ...options, useFactory: () => ({}) }),
      );
      expect(await positionsRecordedBy(database, 'log')).toEqual([1, 2]);
      expect(await elsewhere.query(`SELECT to_regclass('events') AS made`)).toEqual([{ made: null }]);
    } finally {
      await elsewhere.drop();
    }
  });

  it('can be injected from everywhere, or where it is imported alone', async () => {
    @Injectable()
    class Orders {
      constructor(@Inject(EventStore) readonly store: EventStore) {}
    }
    @Module({ providers: [Orders] })
    class OrdersModule {}

    const app = await boot(typeorm(), ProjectionModule.forRoot(), OrdersModule);
    expect(app.get(Orders, { strict: false }).store).toBe(app.get(EventSource as Type<EventSource>));
    await app.close();

    const closed = boot(typeorm(), ProjectionModule.forRoot({ isGlobal: false }), OrdersModule);
    await expect(closed).rejects.toThrow('EventStore');

    const root = ProjectionModule.forRoot({ isGlobal: false });
    @Module({ imports: [root], providers: [Orders] })
    class ImportingModule {}
    const importing = await boot(typeorm(), ImportingModule);
    expect(importing.get(Orders, { strict: false }).store).toBeInstanceOf(EventStore);
    await importing.close();
  });

  it('finds projections of several modules, however they are provided', async () => {
    const inFactory = recorder({ name: 'by-factory' });
    @Module({
      imports: [ProjectionModule.forFeature([recorder({ name: 'by-feature' })])],
      providers: [
        recorder({ name: 'by-class' }),
        { provide: 'factory', useFactory: () => new inFactory() },
        { provide: 'alias', useExisting: 'factory' },
      ],
    })
    class FeatureModule {}

    const app = await boot(
      typeorm(),
      ProjectionModule.forFeature([recorder({ name: 'before-root' })]),
      ProjectionModule.forRoot(),
      FeatureModule,
    );
    const projections = app.get(Projections);
    const { globalPosition } = await app.get(EventStore).append('s', [happened()]);
    const names = ['by-feature', 'by-class', 'by-factory', 'before-root'];
    for (const name of names) {
      await projections.waitFor(name, globalPosition);
      expect(await recordedBy(database, name)).toHaveLength(1);
    }
    expect((await projections.status()).map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    await app.close();
  });

  it('adds its entities where they are loaded by themselves', async () => {
    const app = await boot(typeorm({ autoLoadEntities: true }), ProjectionModule.forRoot());
    await app.get(EventStore).append('s', [happened()]);
    const dataSource = app.get<DataSource>(getDataSourceToken());
    expect(await dataSource.getRepository(EventEntity).find()).toMatchObject([
      { streamId: 's', version: '1' },
    ]);
    await app.close();
  });

  it('runs on tables that the application made by projectionMigrations, and never makes its own', async () => {
    await runThrough(
      typeorm({ migrations: projectionMigrations, migrationsRun: true }),
      ProjectionModule.forRoot({ migrate: false }),
    );
    expect(await positionsRecordedBy(database, 'log')).toEqual([1, 2]);
    expect(await database.query(`SELECT to_regclass('projection_migrations') AS made`)).toEqual([
      { made: null },
    ]);
    expect(await database.query('SELECT FROM migrations')).toHaveLength(projectionMigrations.length);

    // And takes such tables for its own where it is told to look after them from now on.
    await runThrough(typeorm(), ProjectionModule.forRoot());
    expect(await positionsRecordedBy(database, 'log')).toEqual([1, 2, 3, 4]);
  });

  it('makes its tables once, though several instances start together', async () => {
    const starts = [1, 2, 3].map(() => boot(typeorm(), ProjectionModule.forRoot()));
    const outcomes = await Promise.allSettled(starts);
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.close();
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(await database.query('SELECT FROM projection_migrations')).toHaveLength(
      projectionMigrations.length,
    );
  });

  it('makes its tables in the schema of the data source', async () => {
    await database.query('CREATE SCHEMA "read side"');
    await runThrough(typeorm({ schema: 'read side' }), ProjectionModule.forRoot());
    expect(await database.query('SELECT position FROM "read side".projection_checkpoints')).toEqual([
      { position: '2' },
    ]);
    expect(await database.query(`SELECT to_regclass('public.events') AS made`)).toEqual([{ made: null }]);
  });
});
