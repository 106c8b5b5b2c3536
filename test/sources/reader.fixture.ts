import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProjectionModule } from 'nestjs-projections';
import { recorder } from '../support/recorder';
import { FOREIGN } from './foreign-app';
import { STORES } from './stores';

const { DATABASE_URL: url, FOREIGN_URL: foreignUrl, STORE } = process.env;

/** An application over somebody else's events, to be killed. Small batches, so that a kill finds one under way. */
async function main(): Promise<void> {
  const store = STORES.find(({ name }) => name === STORE)!;

  @Module({
    imports: [
      TypeOrmModule.forRoot({ name: FOREIGN, type: 'postgres', url: foreignUrl, retryAttempts: 0 }),
      TypeOrmModule.forRoot({ type: 'postgres', url, retryAttempts: 0 }),
      ProjectionModule.forRoot({
        leaseMs: 200,
        sources: { [FOREIGN]: store.source({ dataSource: FOREIGN }) },
      }),
      ProjectionModule.forFeature([recorder({ name: 'recorder', source: FOREIGN, batchSize: 5 })]),
    ],
  })
  class ReaderModule {}

  await NestFactory.createApplicationContext(ReaderModule, { logger: false });
  process.stdout.write('ready');
}

void main();
