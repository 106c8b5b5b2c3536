import type { PoolClient } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { sqlStateOf } from './sql-state';

/** SQLSTATE: in failed transaction. */
const ABORTED = '25P02';

/** A statement failed and whoever sent it said nothing: the transaction can only be rolled back. */
export class AbortedTransactionError extends Error {
  constructor() {
    super('a statement failed and its error was swallowed, so that the transaction is aborted');
  }
}

/** The connection was lost under the transaction, whatever its statements or their sender then made of that. */
class ConnectionLostError extends Error {
  /** SQLSTATE: connection failure. */
  readonly code = '08006';

  constructor(cause: unknown) {
    super('the connection was lost during the transaction', { cause });
  }
}

/**
 * As `DataSource.transaction`, but never takes the COMMIT of an aborted transaction, which PostgreSQL answers with a
 * silent ROLLBACK, for a commit, and never hands a connection back that may still be inside one.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  let brokenBy: unknown;
  const onError = (error: unknown) => (brokenBy ??= error);
  let client: PoolClient | undefined;
  try {
    client = (await runner.connect()) as PoolClient;
    // What the server says when it ends a session between two statements is heard by nobody else.
    client.on('error', onError);
    await runner.startTransaction('READ COMMITTED');
    try {
      const result = await work(runner.manager);
      await assertNotAborted(runner);
      await runner.commitTransaction();
      return result;
    } catch (error) {
      // TypeORM releases a runner by itself when its connection breaks, and its statements then only say "released".
      const lost = runner.isReleased;
      await rollBack(runner, client);
      throw lost ? new ConnectionLostError(brokenBy ?? error) : error;
    }
  } finally {
    client?.off('error', onError);
    await runner.release();
  }
}

/**
 * Without a round trip where `pg` tells the state of the transaction and nothing is on its way.
 * @throws AbortedTransactionError
 */
export async function assertNotAborted(runner: QueryRunner): Promise<void> {
  const client = (await runner.connect()) as PoolClient;
  const { readyForQuery, getTransactionStatus } = client as ClientState;
  if (readyForQuery && getTransactionStatus?.call(client) === 'T') return;
  await runner.query('SELECT').catch((error: unknown) => {
    throw isAborted(error) ? new AbortedTransactionError() : error;
  });
}

/** Whether the client is in no transaction any more, as far as it can tell without asking. */
export function hasEnded(client: PoolClient): boolean {
  const { readyForQuery, getTransactionStatus } = client as ClientState;
  return readyForQuery === true && getTransactionStatus?.call(client) === 'I';
}

interface ClientState {
  readonly readyForQuery?: boolean;
  readonly getTransactionStatus?: () => string | null;
}

/** Whether `error` only says that an earlier statement of the transaction failed. */
export function isAborted(error: unknown): boolean {
  return error instanceof AbortedTransactionError || sqlStateOf(error) === ABORTED;
}

async function rollBack(runner: QueryRunner, client: PoolClient): Promise<void> {
  try {
    await runner.rollbackTransaction();
  } catch {
    // The pool drops a client that has ended; the server rolls back by itself.
    await (client as unknown as { end(): Promise<void> }).end().catch(() => undefined);
  }
}
