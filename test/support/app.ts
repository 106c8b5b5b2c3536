import { type DynamicModule, type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventStore, ProjectionModule, type ProjectionModuleOptions, Projections } from 'nestjs-projections';
import { DataSource, type DataSourceOptions } from 'typeorm';

export interface TestApp {
  readonly store: EventStore;
  readonly projections: Projections;
  readonly dataSource: DataSource;
  get<T>(token: Type<T>): T;
  close(): Promise<void>;
}

export interface TestAppOptions {
  readonly projections?: Type<object>[];
  readonly entities?: NonNullable<DataSourceOptions['entities']>;
  readonly options?: ProjectionModuleOptions;
  readonly poolSize?: number;
  readonly schema?: string;
}

/** A Nest application on the database, as a user would set it up. */
export async function startApp(
  url: string,
  { projections = [], entities = [], options = {}, poolSize, schema }: TestAppOptions = {},
): Promise<TestApp> {
  const app = await boot(
    TypeOrmModule.forRoot({ type: 'postgres', url, entities, poolSize, schema, retryAttempts: 0 }),
    ProjectionModule.forRoot(options),
    ProjectionModule.forFeature(projections),
  );
  return {
    store: app.get(EventStore),
    projections: app.get(Projections),
    dataSource: app.get(DataSource),
    get: (token) => app.get(token),
    close: () => app.close(),
  };
}

/** Starts the given modules as one application; rejects with what keeps it from starting. */
export function boot(...imports: (DynamicModule | Type<object>)[]): Promise<INestApplicationContext> {
  @Module({ imports })
  class TestModule {}

  return NestFactory.createApplicationContext(TestModule, {
    logger: process.env.TEST_LOG ? ['error', 'warn', 'log'] : false,
    abortOnError: false,
  });
}
