import { type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProjectionModule, type ProjectionModuleOptions } from 'nestjs-projections';
import { Client } from 'pg';

interface AppParts {
  readonly entities: readonly Type<object>[];
  readonly projections: readonly Type<object>[];
  readonly options?: ProjectionModuleOptions;
}

/** An application as a user would set it up. */
export async function openApp(
  url: string,
  { entities, projections, options = {} }: AppParts,
): Promise<INestApplicationContext> {
  @Module({
    imports: [
      TypeOrmModule.forRoot({ type: 'postgres', url, entities: [...entities], retryAttempts: 0 }),
      ProjectionModule.forRoot(options),
      ProjectionModule.forFeature([...projections]),
    ],
  })
  class BenchModule {}

  return NestFactory.createApplicationContext(BenchModule, {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
}

/** So that a run is timed from the moment it is told to go, and not by how long the application takes to start. */
export async function pauseBeforeStart(url: string, names: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(
    `INSERT INTO projection_states (projection, version, state) SELECT name, 1, 'paused' FROM unnest($1::text[]) AS name`,
    [names],
  );
  await client.end();
}
