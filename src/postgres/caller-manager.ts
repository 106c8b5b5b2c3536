import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { ForeignManagerError } from '../events/foreign-manager.error';
import { ManagerWithoutTransactionError } from '../events/manager-without-transaction.error';

/**
 * The transaction of a manager that an append was given.
 * @throws ForeignManagerError
 * @throws ManagerWithoutTransactionError
 */
export function transactionOf(manager: EntityManager, own: DataSource, streamId: string): QueryRunner {
  const given = dataSourceOf(manager);
  // Some libraries wrap the data source, but none its driver.
  if (given.driver !== own.driver) throw new ForeignManagerError(streamId, nameOf(given), nameOf(own));
  const runner = manager.queryRunner;
  if (!runner?.isTransactionActive || runner.isReleased) throw new ManagerWithoutTransactionError(streamId);
  return runner;
}

/** TypeORM 1 renamed `connection`. */
function dataSourceOf(manager: EntityManager): DataSource {
  return manager.dataSource ?? (manager as { connection: DataSource }).connection;
}

function nameOf({ options }: DataSource): string {
  const { name, database } = options as { name?: string; database?: unknown };
  return name ?? (typeof database === 'string' ? database : 'default');
}
