import {
  type DynamicModule,
  Inject,
  Module,
  type ModuleMetadata,
  type Provider,
  type Type,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { InvalidModuleOptionsError } from './invalid-module-options.error';
import { checkWiring } from './module-wiring.check';
import { ProjectionCoreModule } from './projection-core.module';
import type { ASYNC_OPTIONS_TYPE, OPTIONS_TYPE } from './projection.module-definition';

/** Where that comes from which projections inject. */
export interface ForFeatureOptions {
  /** Modules that export what the projections inject. @default [] */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /** Providers for the projections alone. @default [] */
  readonly providers?: Provider[];
}

/**
 * Event store, projections and their health for an application.
 *
 * @example
 * ```ts
 * const imports = [
 *   TypeOrmModule.forRoot({ type: 'postgres' }),
 *   ProjectionModule.forRoot(),
 *   ProjectionModule.forFeature([OrderSummaryProjection]),
 * ];
 * ```
 *
 * @publicApi
 */
@Module({})
export class ProjectionModule {
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    checkWiring(modules);
  }

  /**
   * Makes the event store, the engine and `Projections`. Call it once, in the root module, beside
   * `TypeOrmModule.forRoot`.
   *
   * Thrown at start, while Nest makes the providers: `InvalidModuleOptionsError`, `DuplicateForRootError`,
   * `UnknownDataSourceError`; of the tables `MissingTablesError`, `OutdatedTablesError`, `ForeignTableError`,
   * `MissingPrivilegesError`. Thrown by `app.init()` and `app.listen()`: what is wrong with a projection or the
   * events table, as `DuplicateProjectionError`, `UnknownReadModelError` or `UnsafeSequenceError`.
   *
   * @param options each has a default of its own
   *
   * @example
   * ```ts
   * ProjectionModule.forRoot({ batchSize: 200, onError: 'park-stream' });
   * ```
   */
  static forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return around(ProjectionCoreModule.forRoot(options));
  }

  /**
   * As `forRoot`, with options from a factory, a class or an existing provider. `dataSource` and `isGlobal` stand
   * beside the factory, for Nest needs them before. Errors are those of `forRoot`.
   *
   * @example
   * ```ts
   * ProjectionModule.forRootAsync({
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ batchSize: config.get('BATCH_SIZE') }),
   * });
   * ```
   */
  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return around(ProjectionCoreModule.forRootAsync(options));
  }

  /**
   * Provides projections. A projection that a module lists in its own `providers` is found all the same, and injects
   * what that module sees. Without `forRoot` the application does not start (`MissingForRootError`).
   *
   * @param options where that comes from which the projections inject
   * @throws InvalidModuleOptionsError when a projection is undefined, as a circular import gives
   *
   * @example
   * ```ts
   * ProjectionModule.forFeature([OrderSummaryProjection], { providers: [Mailer] });
   * ```
   */
  static forFeature(projections: Type<object>[], options: ForFeatureOptions = {}): DynamicModule {
    const { imports = [], providers = [] } = options;
    return {
      module: featureModule(projections),
      imports,
      providers: [...projections, ...providers],
      exports: projections,
    };
  }
}

/** Exports it too, for those who import the module because it is not global. */
function around(core: DynamicModule): DynamicModule {
  return { module: ProjectionModule, imports: [core], exports: [core] };
}

/**
 * Named as it was called: where a projection injects what is not to be seen from here, Nest says that it is missing from
 * "ProjectionModule.forFeature([WelcomeMails])", which is the call to change.
 */
function featureModule(projections: readonly Type<object>[]): Type<object> {
  class ProjectionFeatureModule extends ProjectionModule {}
  const names = (projections as readonly (Type<object> | undefined)[]).map((projection, at) => {
    if (projection) return projection.name;
    throw new InvalidModuleOptionsError(
      `forFeature was given undefined at ${at}, most likely because of a circular import: let the file of the ` +
        'projection import neither this module nor what imports it',
    );
  });
  const value = `ProjectionModule.forFeature([${names.join(', ')}])`;
  return Object.defineProperty(ProjectionFeatureModule, 'name', { value });
}
