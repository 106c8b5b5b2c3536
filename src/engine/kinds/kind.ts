import type { ProjectionType } from '../../authoring/projection-options';
import type { Checkpoint } from '../../state/checkpoint.store';

/** Where a projection begins: behind a position, and with so much that is history to it. */
export interface Start {
  readonly position: bigint;
  readonly historyUntil: bigint;
}

/** What differs between the types of projections. */
export interface Kind {
  readonly type: ProjectionType;
  /**
   * Whether it has a checkpoint in the database, and runs under a lease in one instance at a time. If not, it runs in
   * every instance, from the head on, and what becomes of it there is that instance's own.
   */
  readonly keepsCheckpoint: boolean;
  /** Whether it runs only when somebody asks it to. */
  readonly waitsToBeAsked: boolean;
  /** Whether appends apply its events in their own transaction, once it has caught up. */
  readonly joinsAppends: boolean;
  /** The checkpoint of a segment that has none yet. */
  firstCheckpoint(start: Start): Checkpoint;
}

/** What lies behind the beginning is history, if there is any. */
export function atBeginning({ position, historyUntil }: Start): Checkpoint {
  return { position, replayUntil: historyUntil > position ? historyUntil : undefined };
}
