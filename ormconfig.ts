import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { projectionEntities, projectionMigrations } from './src';

/** For the `typeorm` command line: `DATABASE_URL=postgres://... npm run migration:run`. */
export default new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL ?? 'postgres://projections:projections@localhost:5432/projections',
  entities: projectionEntities,
  migrations: projectionMigrations,
});
