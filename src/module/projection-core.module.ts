import { type DynamicModule, Inject, Module, type Provider, SetMetadata } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { DiscoveryModule, ModuleRef } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ProjectionExplorer } from '../authoring/projection.explorer';
import { Engine } from '../engine/engine';
import { Projections } from '../engine/control/projections';
import { endsWithin } from '../async/ends-within';
import { AppendTooEarlyError } from '../events/append-too-early.error';
import { EventSource } from '../events/event-source';
import { EventStore } from '../events/event-store';
import { ProjectionHealthIndicator } from '../health/projection-health.indicator';
import { outliveBrokenConnections, poolSizeOf } from '../database/client-config';
import { HeldConnections } from '../postgres/held-connections';
import { EVENTS_TABLE, PostgresEventStore } from '../postgres/postgres-event-store';
import { CORE_METADATA } from './module-wiring.check';
import { placeEntities } from './place-entities';
import { projectionEntities } from './projection-entities';
import type { ProjectionModuleOptions, ResolvedOptions } from './projection-module.options';
import { resolveOptions } from './projection-module.options.resolve';
import { sourcesWithin } from './sources-within';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  type OPTIONS_TYPE,
} from './projection.module-definition';
import { checkPrivileges } from '../state/check-privileges';
import { checkTables } from '../state/check-tables';
import { explainPrivileges } from '../state/explain-privileges';
import { migrate } from '../state/migrate';
import { tableName } from '../state/table-name';
import { placeTables } from '../state/table-placement';
import { withoutSilentConnections } from '../database/silent-connections';
import { UnknownDataSourceError } from './unknown-data-source.error';

const RESOLVED_OPTIONS = 'nestjs-projections:resolved-options';
/** The data source, once it is known to exist and to have the module's tables. */
const DATABASE = 'nestjs-projections:database';

/** How long the end of the store waits for its connections. */
const CLOSE_MS = 2_000;
/** A connection that is lent for so long while the database leaves a shutdown waiting is cut: it would never end. */
const HUNG_MS = 1_500;

/** The one instance of the engine and the store, and their life with the application's. */
@Module({})
@SetMetadata(CORE_METADATA, true)
export class ProjectionCoreModule
  extends ConfigurableModuleClass
  implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  private registered: { readonly error?: Error } | undefined;

  constructor(
    @Inject(ProjectionExplorer) private readonly explorer: ProjectionExplorer,
    @Inject(Engine) private readonly engine: Engine,
    @Inject(EventStore) store: EventStore,
    @Inject(HeldConnections) private readonly connections: HeldConnections,
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions,
  ) {
    super();
    store.findParticipantsBy(() => {
      const unmade = this.registered ? undefined : this.explorer.unmade();
      if (unmade !== undefined) throw new AppendTooEarlyError(unmade);
      this.register();
    });
  }

  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return withProviders(super.forRoot(options), options.dataSource);
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return withProviders(super.forRootAsync(options), options.dataSource);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.register();
    try {
      await this.engine.lifeCycle.start();
    } catch (error) {
      // Nest stops nothing of an application that did not start.
      await this.engine.lifeCycle.stop().catch(() => undefined);
      await this.engine.lifeCycle.close();
      throw error;
    }
  }

  /** At the start, or at an append that comes before it: in `onModuleInit`, or where nobody calls `init()`. */
  private register(): void {
    this.registered ??= registerOnce(() =>
      this.engine.lifeCycle.register(this.explorer.explore(this.options)),
    );
    if (this.registered.error) throw this.registered.error;
  }

  /** The first of the shutdown hooks: the data source is open and nothing else has stopped yet. */
  async onModuleDestroy(): Promise<void> {
    if (!(await this.engine.lifeCycle.stop())) this.connections.cutLentFor(HUNG_MS);
  }

  /** Requests in flight may have appended until here. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!(await endsWithin(this.engine.lifeCycle.close(), CLOSE_MS))) this.connections.cutLentFor(HUNG_MS);
  }
}

/** What is declared wrongly is the same for every call. */
function registerOnce(register: () => void): { error?: Error } {
  try {
    register();
    return {};
  } catch (error) {
    return { error: error as Error };
  }
}

function connectionsOf(database: DataSource, { maxConnections }: ResolvedOptions): number {
  return maxConnections ?? Math.max(1, poolSizeOf(database) - 2);
}

function makeEngine(
  database: DataSource,
  store: EventStore,
  options: ResolvedOptions,
  modules: ModuleRef,
): Engine {
  const connections = connectionsOf(database, options);
  const own = withoutSilentConnections(database, () => engine.times.longestStatementMs);
  const engine: Engine = new Engine(own, store, sourcesWithin(modules, options.sources), {
    ...options,
    connections,
  });
  return engine;
}

function withProviders(definition: DynamicModule, dataSource: string | undefined): DynamicModule {
  const providers: Provider[] = [
    {
      provide: RESOLVED_OPTIONS,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: (options: ProjectionModuleOptions) => resolveOptions(options),
    },
    {
      provide: DATABASE,
      inject: [{ token: getDataSourceToken(dataSource), optional: true }, RESOLVED_OPTIONS],
      useFactory: async (database: DataSource | undefined, options: ResolvedOptions) => {
        if (!database) throw new UnknownDataSourceError(dataSource);
        outliveBrokenConnections(database);
        placeTables(database, options);
        placeEntities(database);
        await explainPrivileges(database, () =>
          options.migrate ? migrate(database) : checkTables(database),
        );
        await checkPrivileges(database);
        return database;
      },
    },
    {
      provide: EventStore,
      inject: [DATABASE, RESOLVED_OPTIONS],
      useFactory: (database: DataSource, options: ResolvedOptions) => {
        const store = new PostgresEventStore(database, tableName(database, EVENTS_TABLE), {
          ...options,
          headTimes: tableName(database, 'projection_head_times'),
          inlineMarks: tableName(database, 'projection_inline_marks'),
        });
        store.findParticipantsBy(() => {
          throw new AppendTooEarlyError(ProjectionCoreModule.name);
        });
        return store;
      },
    },
    { provide: EventSource, useExisting: EventStore },
    {
      provide: HeldConnections,
      inject: [DATABASE],
      useFactory: (database: DataSource) => new HeldConnections(database),
    },
    {
      provide: Engine,
      inject: [DATABASE, EventStore, RESOLVED_OPTIONS, ModuleRef],
      useFactory: makeEngine,
    },
    ProjectionExplorer,
    Projections,
    ProjectionHealthIndicator,
  ];
  // Called for its effect where autoLoadEntities is on. What it returns stays out of imports: its repositories, which
  // nobody asks for, would fail before we can say that there is no data source.
  TypeOrmModule.forFeature(projectionEntities, dataSource);
  return {
    ...definition,
    imports: [...(definition.imports ?? []), DiscoveryModule, TerminusModule],
    providers: [...(definition.providers ?? []), ...providers],
    exports: [EventStore, EventSource, Projections, ProjectionHealthIndicator],
  };
}
