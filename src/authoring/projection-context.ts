import type { EntityManager } from 'typeorm';

/** What a handler works with, besides its event. */
export interface ProjectionContext {
  /** The transaction that also moves the checkpoint. Write read models through it, and through nothing else. */
  readonly manager: EntityManager;
  /**
   * Sends a statement on the transaction's connection without waiting for it, prepared under a name, in order with
   * all that `manager` does. A handler that only executes runs at pipeline speed. An error of the statement counts as
   * the handler's failure.
   *
   * @param params the values of `$1`, `$2`, ...; the text should not change from event to event
   */
  execute(this: void, sql: string, params?: readonly unknown[]): void;
  /** Whether this is history, applied again by a rebuild or run over by a catch-up. */
  readonly replaying: boolean;
  /** 1 for the first try to apply the event, 2 for the next ... */
  readonly attempt: number;
  /** Aborts when the work must end, as after `handlerTimeoutMs`. Pass it on to whatever takes one. */
  readonly signal: AbortSignal;
  /**
   * Runs `effect` once the transaction has committed; never while replaying, and not when the process dies in
   * between: a side effect happens at most once. An error of the effect is logged.
   *
   * @throws UnsupportedOperationError in an inline projection, whose transaction belongs to the append
   */
  afterCommit(this: void, effect: () => unknown): void;
}

/** What a row handler works with, besides its event and its row: it has no transaction, for the engine saves the rows. */
export type RowContext = Omit<ProjectionContext, 'manager' | 'execute'>;
