import type { ProjectionType } from '../../authoring/projection-options';
import type { Backlog } from '../../events/event-source';

/**
 * What a projection is doing.
 * - `running`: following the store, here or on another instance
 * - `replaying`: applying history for a rebuild or a catch-up
 * - `retrying`: waiting out an error of the infrastructure, or to try an event again, which `error` gives
 * - `unowned`: nobody runs it, or one of its segments, although somebody should
 * - `paused`: an operator has paused it, until `resume`
 * - `stopped`: it stands before an event that it cannot apply, or at what only a person can decide, which `error` gives
 * - `outdated`: not run here, because the database has seen a newer version of its code
 * - `idle`: a `catch-up` projection waits to be asked, or a live one does not run in this instance
 */
export type ProjectionState =
  'running' | 'replaying' | 'retrying' | 'unowned' | 'paused' | 'stopped' | 'outdated' | 'idle';

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

/** A projection, as the whole fleet has it. As JSON its positions are decimal strings. */
export interface ProjectionStatus {
  readonly name: string;
  readonly type: ProjectionType;
  /** The source that it reads; `undefined` for the module's event store. */
  readonly source: string | undefined;
  readonly state: ProjectionState;
  /** Everything the projection handles up to here is applied, or set aside as a dead letter. */
  readonly position: bigint;
  /** The settled head of the store, or of its source. */
  readonly head: bigint;
  /** What waits between the two. */
  readonly lag: Backlog;
  /**
   * What it handles and is committed, but lies behind an append that is still open, and so must wait for that one.
   */
  readonly unsettled: Backlog;
  /** Seconds for which, as this instance sees it, the head has waited for an append that is still open; 0 where none is. */
  readonly headPendingSeconds: number;
  readonly error: ProjectionFailure | undefined;
  /** Failed events set aside, without those that wait behind them. */
  readonly deadLetters: number;
  /** Events set aside that were never tried: they wait behind a failed one of their parked stream. */
  readonly waiting: number;
  /** The instances that run it, in order of its segments; an inline projection runs where its events are appended. */
  readonly owners: readonly string[];
  /** Why an inline projection is applied behind the appends and not by them; `undefined` where they do, or for other types. */
  readonly notInline: string | undefined;
  /** Seconds for which nobody has run it, or one of its segments, although somebody should; `undefined` else. */
  readonly unownedSeconds: number | undefined;
  /** The version of its code here, and the newest that has run on this database. */
  readonly version: { readonly here: number; readonly stored: number };
  /** Milliseconds since the slowest of its loops here last turned; `undefined` when none runs here. */
  readonly heartbeatAgeMs: number | undefined;
}
