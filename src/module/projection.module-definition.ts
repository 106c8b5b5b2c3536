import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { ProjectionModuleOptions } from './projection-module.options';

/** Options of `forRoot` that stand beside the factory of `forRootAsync`. */
export interface ProjectionModuleExtras {
  /** The name of the TypeORM data source that holds the events and the read models. @default TypeORM's own default */
  readonly dataSource?: string;
  /** Whether all modules can inject `EventStore`, `Projections` and the rest. @default true */
  readonly isGlobal?: boolean;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<ProjectionModuleOptions>({
    optionsInjectionToken: 'nestjs-projections:options',
  })
    .setClassMethodName('forRoot')
    .setExtras<ProjectionModuleExtras>(
      { dataSource: undefined, isGlobal: true },
      (definition, { isGlobal }) => ({
        ...definition,
        global: isGlobal,
      }),
    )
    .build();
