import type { EntityManager } from 'typeorm';
import { ManagerWithoutTransactionError } from '../events/manager-without-transaction.error';
import type { StatementNames } from '../database/statement-names';
import type { AppendAttempt, AppendScope } from './append-scope';
import { TransactionConnection } from './transaction-connection';

const SAVEPOINT = 'nestjs_projections_append';

/** Appends in the caller's transaction, each attempt in a savepoint: one that fails leaves the transaction usable. */
export class CallerScope implements AppendScope {
  readonly own = false;

  constructor(
    private readonly manager: EntityManager,
    private readonly names: StatementNames,
  ) {}

  async attempt<T>(
    streamId: string,
    work: (attempt: AppendAttempt) => Promise<T>,
    transactional: boolean,
  ): Promise<T> {
    const connection = await TransactionConnection.of(this.manager, streamId);
    await connection.execute(`SAVEPOINT ${SAVEPOINT}`);
    try {
      const result = await work({
        send: (query, uses) => connection.send(query, this.names, uses),
        manager: this.manager,
      });
      await connection.execute(`RELEASE SAVEPOINT ${SAVEPOINT}`).catch((error: unknown) => {
        // Nobody waited for the append before the transaction ended: its one statement was in time, and shares its fate.
        if (transactional || !(error instanceof ManagerWithoutTransactionError)) throw error;
      });
      return result;
    } catch (error) {
      // The first error says more than one of a connection that is lost or a transaction that has ended.
      await connection
        .execute(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}; RELEASE SAVEPOINT ${SAVEPOINT}`)
        .catch(() => undefined);
      throw error;
    }
  }

  query<Row extends object>(sql: string, values: unknown[]): Promise<Row[]> {
    return this.manager.query(sql, values);
  }
}
