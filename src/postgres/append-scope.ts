import type { QueryArrayConfig } from 'pg';
import type { EntityManager } from 'typeorm';

/** The statement or transaction in which an append is tried. */
export interface AppendAttempt {
  /** @param uses how many rows it writes */
  send<R extends unknown[]>(query: QueryArrayConfig, uses: number): Promise<R[]>;
  /** Of the transaction, where there is one. */
  readonly manager: EntityManager | undefined;
}

/** Where an append is made: on its own, or inside a transaction of the caller's. */
export interface AppendScope {
  /** Whether nothing else hangs on the transaction, so that a failed one can be tried again from its beginning. */
  readonly own: boolean;
  /**
   * Runs `work` so that all that it writes stays, or nothing; the scope can be used again when it has failed.
   * @param streamId for errors to name
   * @param transactional whether `work` needs a manager
   */
  attempt<T>(
    streamId: string,
    work: (attempt: AppendAttempt) => Promise<T>,
    transactional: boolean,
  ): Promise<T>;
  /** Asks for what is stored, outside of attempts. */
  query<Row extends object>(sql: string, values: unknown[]): Promise<Row[]>;
}
