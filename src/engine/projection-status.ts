import type { ProjectionType } from '../authoring/projection-options';
import type { Backlog } from '../events/event-source';

/**
 * What a projection is doing.
 * - `running`: following the store, here or on another instance
 * - `replaying`: applying history for a rebuild or a catch-up
 * - `retrying`: waiting out an error of the infrastructure, which `error` gives
 * - `paused`: halted by an operator
 * - `stopped`: halted by an event it cannot apply, which `error` gives
 * - `outdated`: not run here, because the database has seen a newer version of its code
 * - `idle`: nobody runs it; a `catch-up` projection waits to be asked
 */
export type ProjectionState =
  'running' | 'replaying' | 'retrying' | 'paused' | 'stopped' | 'outdated' | 'idle';

/** Why a projection does not get on. */
export interface ProjectionFailure {
  /** The class of the error. */
  readonly name: string;
  /** Names the projection, the event, the cause and what to do. */
  readonly message: string;
  readonly at: Date;
  /** The event it stopped before: what `Projections.skip` takes. */
  readonly position: bigint | undefined;
}

export interface ProjectionStatus {
  readonly name: string;
  readonly type: ProjectionType;
  readonly state: ProjectionState;
  /** Everything the projection handles up to here is applied, or set aside as a dead letter. */
  readonly position: bigint;
  /** The settled head of the store. */
  readonly head: bigint;
  readonly lag: Backlog;
  readonly error: ProjectionFailure | undefined;
  /** Failed events set aside, without those that wait behind them. */
  readonly deadLetters: number;
  /** The instances that run it, in order of its segments; an inline projection runs where its events are appended. */
  readonly owners: readonly string[];
  /** Why an inline projection is applied behind the appends and not by them; `undefined` where they do, or for other types. */
  readonly notInline: string | undefined;
  /** Milliseconds since the slowest of its loops here last turned; `undefined` when none runs here. */
  readonly heartbeatAgeMs: number | undefined;
}
