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

export interface ForFeatureOptions {
  /** Modules that export what the projections inject. @default [] */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /** Providers for the projections alone. @default [] */
  readonly providers?: Provider[];
}

/**
 * Event store, projections and their health for an application.
 *
 * ```ts
 * imports: [
 *   TypeOrmModule.forRoot({ ... }),
 *   ProjectionModule.forRoot({}),
 *   ProjectionModule.forFeature([OrderSummaryProjection]),
 * ]
 * ```
 */
@Module({})
export class ProjectionModule {
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    checkWiring(modules);
  }

  /** Once, in the root module. */
  static forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return around(ProjectionCoreModule.forRoot(options));
  }

  /** As `forRoot`, with options from a factory, a class or an existing provider. */
  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return around(ProjectionCoreModule.forRootAsync(options));
  }

  /**
   * Provides projections. One that a module lists in its own `providers` is found all the same, and injects what that
   * module sees.
   * @param options where what the projections inject comes from
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
