import type { ClientBase, QueryArrayConfig } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { PageReader } from './page-reader';

/** Reads pages over the connection of a transaction, and what that sees. */
export class TransactionPageReader extends PageReader {
  constructor(
    dataSource: DataSource,
    private readonly manager: EntityManager,
  ) {
    super(dataSource);
  }

  /** Without a name: a statement that fails by it would end the transaction. */
  protected override async send<R extends unknown[]>(query: QueryArrayConfig): Promise<R[]> {
    const client = (await this.manager.queryRunner!.connect()) as ClientBase;
    return (await client.query<R>(query)).rows;
  }
}
