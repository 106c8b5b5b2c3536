import type { INestApplicationContext, Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  type EventSource,
  ProjectionModule,
  type ProjectionModuleOptions,
  Projections,
} from 'nestjs-projections';
import { boot } from '../support/app';

/** What projections call the source. */
export const FOREIGN = 'foreign';

export interface ForeignApp {
  readonly projections: Projections;
  readonly app: INestApplicationContext;
  readonly close: () => Promise<void>;
}

export interface ForeignAppOptions {
  readonly foreignUrl: string;
  readonly source: EventSource;
  readonly projections: Type<object>[];
  readonly options?: ProjectionModuleOptions;
}

/** An application whose read models are in one database, and whose events are in another. */
export async function startForeignApp(
  url: string,
  { foreignUrl, source, projections, options }: ForeignAppOptions,
): Promise<ForeignApp> {
  const app = await boot(
    TypeOrmModule.forRoot({ name: FOREIGN, type: 'postgres', url: foreignUrl, retryAttempts: 0 }),
    TypeOrmModule.forRoot({ type: 'postgres', url, retryAttempts: 0 }),
    ProjectionModule.forRoot({ ...options, sources: { [FOREIGN]: source } }),
    ProjectionModule.forFeature(projections),
  );
  return { app, projections: app.get(Projections), close: () => app.close() };
}
