import { DataSource } from 'typeorm';
import { orderMigrations } from '../../examples/orders/database/migrations';
import { CustomerActivitySummary } from '../../examples/orders/read-side/customer-activity/customer-activity-summary.entity';
import { CustomerOrderHistory } from '../../examples/orders/read-side/customer-activity/customer-order-history.entity';
import { Customer } from '../../examples/orders/read-side/customer-activity/customer.entity';
import { DailySales } from '../../examples/orders/read-side/daily-sales/daily-sales.entity';
import { OrderNumber } from '../../examples/orders/read-side/order-number/order-number.entity';
import { OrderSummary } from '../../examples/orders/read-side/order-summary/order-summary.entity';
import { ProductDocument } from '../../examples/orders/read-side/product-search/product-document.entity';
import { TABLES } from '../examples/fold/tables';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { models, rowProjection } from './models';
import { statementProjection, transactionProjection } from './sql-projections';

const ENTITIES = [
  OrderSummary,
  DailySales,
  Customer,
  CustomerActivitySummary,
  CustomerOrderHistory,
  ProductDocument,
  OrderNumber,
];

/** The schema that each style has its tables in. */
export const SCHEMA_OF = { row: 'public', transaction: 'by_transaction', statement: 'by_statement' };

/** A database with the example's tables once for each style. */
export async function createStylesDatabase(): Promise<TestDatabase> {
  const database = await createDatabase();
  const dataSource = new DataSource({ type: 'postgres', url: database.url, migrations: orderMigrations });
  await dataSource.initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
  for (const schema of ['by_transaction', 'by_statement']) {
    await database.query(`CREATE SCHEMA ${schema}`);
    for (const table of TABLES)
      await database.query(`CREATE TABLE ${schema}.${table} (LIKE public.${table} INCLUDING ALL)`);
  }
  return database;
}

/** One application with every read model in every style. */
export function startStyles(
  url: string,
  { batchSize = 500, segments = 1 }: { batchSize?: number; segments?: number },
): Promise<TestApp> {
  const all = models(segments);
  const sql = all.flatMap((model) => [transactionProjection(model), statementProjection(model)]);
  return startApp(url, {
    projections: [...all.map(rowProjection), ...sql.map(({ projection }) => projection)],
    entities: [...ENTITIES, ...sql.flatMap(({ entities }) => entities)],
    options: { batchSize },
    poolSize: 20,
  });
}
