import type { EntityManager } from 'typeorm';

/** What a handler works with, besides its event. */
export interface ProjectionContext {
  /** The transaction that also moves the checkpoint. Write read models through it, and through nothing else. */
  readonly manager: EntityManager;
  /** Whether this is history, applied again by a rebuild or run over by a catch-up. */
  readonly replaying: boolean;
  /** 1 for the first try to apply the event, 2 for the next ... */
  readonly attempt: number;
  /** Aborts when the work must end. Pass it on to whatever takes one. */
  readonly signal: AbortSignal;
  /**
   * Runs `effect` once the transaction has committed; never while replaying, and not when the process dies in
   * between: a side effect happens at most once. What it throws is logged.
   */
  readonly afterCommit: (effect: () => unknown) => void;
}
