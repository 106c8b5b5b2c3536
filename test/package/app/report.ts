import { NestFactory } from '@nestjs/core';
import {
  EventStore,
  ProjectionHealthIndicator,
  Projections,
  WrongExpectedVersionError,
} from 'nestjs-projections';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { ParcelRegistered } from './events.js';
import { Parcel } from './parcel.js';

/** Starts the application, and tells what came of it. */
export async function report() {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
  const store = app.get(EventStore);
  const { globalPosition } = await store.append('parcel-1', [
    { type: ParcelRegistered.type, data: new ParcelRegistered('1') },
    { type: 'ParcelDelivered', data: { parcel_id: '1' } },
  ]);
  await app.get(Projections).waitFor('parcels', globalPosition);

  const refused: unknown = await store
    .append('parcel-1', [{ type: 'ParcelDelivered', data: {} }], { expectedVersion: 1 })
    .catch((error: unknown) => error);
  const { projections } = await app.get(ProjectionHealthIndicator).isHealthy('projections');
  const seen = {
    rows: await app.get(DataSource).getRepository(Parcel).find(),
    refused: refused instanceof WrongExpectedVersionError,
    health: projections.status,
  };
  await app.close();
  return seen;
}
