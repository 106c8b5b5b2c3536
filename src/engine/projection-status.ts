import type { ProjectionType } from '../authoring/projection-options';
import type { Backlog } from '../events/event-source';

/**
 * What a projection is doing in this process.
 * - `running`: following the store
 * - `replaying`: applying history for a rebuild or a catch-up
 * - `stopped`: halted by an error, which `error` gives
 * - `idle`: not running; a `catch-up` projection waits to be asked
 */
export type ProjectionState = 'running' | 'replaying' | 'stopped' | 'idle';

/** Why a projection stopped. */
export interface ProjectionFailure {
  /** The class of the error. */
  readonly name: string;
  /** Names the projection, the event, the cause and what to do. */
  readonly message: string;
  readonly at: Date;
}

export interface ProjectionStatus {
  readonly name: string;
  readonly type: ProjectionType;
  readonly state: ProjectionState;
  /** Everything the projection handles up to here is applied. */
  readonly position: bigint;
  /** The settled head of the store. */
  readonly head: bigint;
  readonly lag: Backlog;
  readonly error: ProjectionFailure | undefined;
  /** Milliseconds since its loop last turned; `undefined` when it has none that should. */
  readonly heartbeatAgeMs: number | undefined;
}
