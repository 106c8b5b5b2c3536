import type { DataSource } from 'typeorm';
import type { StatementNames } from '../database/statement-names';
import { sqlStateOf } from '../database/sql-state';
import type { AppendAttempt, AppendScope } from './append-scope';
import { poolOf } from '../database/client-config';
import { SERIALIZATION_FAILURE } from '../database/sql-state';
import { TransactionConnection } from './transaction-connection';

/** Appends on their own: one statement, which is a transaction already, or one with the handlers that belong to it. */
export class OwnScope implements AppendScope {
  readonly own = true;
  /** The database's default isolation is stricter than READ COMMITTED, which only a transaction can say. */
  private strict = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly names: StatementNames,
  ) {}

  async attempt<T>(
    streamId: string,
    work: (attempt: AppendAttempt) => Promise<T>,
    transactional: boolean,
  ): Promise<T> {
    if (transactional || this.strict) return this.inTransaction(streamId, work);
    try {
      return await work({ send: async (query, uses) => this.send(query, uses), manager: undefined });
    } catch (error) {
      if (sqlStateOf(error) !== SERIALIZATION_FAILURE) throw error;
      this.strict = true;
      return this.inTransaction(streamId, work);
    }
  }

  query<Row extends object>(sql: string, values: unknown[]): Promise<Row[]> {
    return this.dataSource.query(sql, values);
  }

  private async send<R extends unknown[]>(
    query: Parameters<AppendAttempt['send']>[0],
    uses: number,
  ): Promise<R[]> {
    return (await this.names.sendAlone<R>(poolOf(this.dataSource), query, uses)).rows;
  }

  private inTransaction<T>(streamId: string, work: (attempt: AppendAttempt) => Promise<T>): Promise<T> {
    return this.dataSource.transaction('READ COMMITTED', async (manager) => {
      const connection = await TransactionConnection.of(manager, streamId);
      return work({ send: (query, uses) => connection.send(query, this.names, uses), manager });
    });
  }
}
