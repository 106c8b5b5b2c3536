import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProjectionHealthIndicator, ProjectionModule } from 'nestjs-projections';
import { fault } from '../chaos/fault';
import { tally } from '../tally/tally-projection';
import type { FromWorker, WorkerSettings } from './worker-settings';

/** An application as a user would deploy it; the test starts and ends it as a process. */
async function main(): Promise<void> {
  const { url, name, projections, options, poolSize, seed } = JSON.parse(
    process.env.WORKER!,
  ) as WorkerSettings;
  const faults = seed === undefined ? {} : { fault: fault(seed) };
  const tallies = projections.map((projection) => tally({ ...projection, ...faults }));

  @Module({
    imports: [
      TypeOrmModule.forRoot({ type: 'postgres', url, poolSize, applicationName: name, retryAttempts: 0 }),
      ProjectionModule.forRoot(options),
      ProjectionModule.forFeature(tallies),
    ],
  })
  class WorkerModule {}

  const app = await NestFactory.createApplicationContext(WorkerModule, {
    logger: process.env.TEST_LOG ? ['error', 'warn', 'log'] : false,
  });
  app.enableShutdownHooks();
  const health = app.get(ProjectionHealthIndicator);
  process.on('message', () => {
    void health.isHealthy('projections').then(({ projections: { status } }) => say({ health: status }));
  });
  say({ ready: true });
}

function say(message: FromWorker): void {
  process.send!(message);
}

// A test that was killed leaves no process behind.
process.on('disconnect', () => process.exit());
void main();
