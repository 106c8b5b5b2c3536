import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ProjectionCoreModule } from './projection-core.module';
import type { ASYNC_OPTIONS_TYPE, OPTIONS_TYPE } from './projection.module-definition';

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
  /** Once, in the root module. */
  static forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return around(ProjectionCoreModule.forRoot(options));
  }

  /** As `forRoot`, with options from a factory, a class or an existing provider. */
  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return around(ProjectionCoreModule.forRootAsync(options));
  }

  /** Provides projections. A projection that another module provides is found all the same. */
  static forFeature(projections: Type<object>[]): DynamicModule {
    return { module: ProjectionModule, providers: projections, exports: projections };
  }
}

/** Exports it too, for those who import the module because it is not global. */
function around(core: DynamicModule): DynamicModule {
  return { module: ProjectionModule, imports: [core], exports: [core] };
}
