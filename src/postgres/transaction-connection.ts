import type { PoolClient, QueryArrayConfig } from 'pg';
import type { EntityManager, QueryRunner } from 'typeorm';
import { ManagerWithoutTransactionError } from '../events/manager-without-transaction.error';
import type { StatementNames } from '../database/statement-names';

type Client = PoolClient & {
  readonly readyForQuery?: boolean;
  readonly getTransactionStatus?: () => string | null;
};

const ABORTED = '25P02';

/**
 * The connection of a transaction that others may send to as well. A COMMIT or ROLLBACK of theirs may be on its way: what
 * followed it would be outside of the transaction, and would stay.
 */
export class TransactionConnection {
  /** @throws ManagerWithoutTransactionError */
  static async of(manager: EntityManager, streamId: string): Promise<TransactionConnection> {
    const runner = manager.queryRunner;
    if (!runner?.isTransactionActive || runner.isReleased) throw new ManagerWithoutTransactionError(streamId);
    return new TransactionConnection(runner, (await runner.connect()) as Client, streamId);
  }

  private constructor(
    private readonly runner: QueryRunner,
    private readonly client: Client,
    private readonly streamId: string,
  ) {}

  /** @throws ManagerWithoutTransactionError where the transaction has ended meanwhile */
  async send<R extends unknown[]>(
    query: QueryArrayConfig,
    names: StatementNames,
    uses: number,
  ): Promise<R[]> {
    await this.ownTurn();
    return (await names.send<R>(this.client, query, uses)).rows;
  }

  /** @throws ManagerWithoutTransactionError where the transaction has ended meanwhile */
  async execute(sql: string): Promise<void> {
    await this.ownTurn();
    await this.client.query(sql);
  }

  /** Until the server has answered all that was sent before. */
  private async ownTurn(): Promise<void> {
    while (this.isOpen() && this.client.readyForQuery === false)
      await this.client.query('SELECT').catch((error: unknown) => {
        if ((error as { code?: unknown }).code !== ABORTED) throw error;
      });
    if (!this.isOpen() || this.client.getTransactionStatus?.() === 'I')
      throw new ManagerWithoutTransactionError(this.streamId);
  }

  private isOpen(): boolean {
    return this.runner.isTransactionActive && !this.runner.isReleased;
  }
}
