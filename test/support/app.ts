import { Module, type Type } from '@nestjs/common';
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
}

/** A Nest application on the database, as a user would set it up. */
export async function startApp(
  url: string,
  { projections = [], entities = [], options = {}, poolSize }: TestAppOptions = {},
): Promise<TestApp> {
  @Module({
    imports: [
      TypeOrmModule.forRoot({ type: 'postgres', url, entities, poolSize, retryAttempts: 0 }),
      ProjectionModule.forRoot(options),
      ProjectionModule.forFeature(projections),
    ],
  })
  class TestModule {}

  const app = await NestFactory.createApplicationContext(TestModule, {
    logger: process.env.TEST_LOG ? ['error', 'warn', 'log'] : false,
    abortOnError: false,
  });
  return {
    store: app.get(EventStore),
    projections: app.get(Projections),
    dataSource: app.get(DataSource),
    get: (token) => app.get(token),
    close: () => app.close(),
  };
}
