import type { RecordedEvent } from '../../events/recorded-event';
import { ForeignWriteError } from '../../read-models/row.errors';
import { TransactionEndedError } from './handler-conduct.errors';
import { AT_COMMIT, HandlerFailedError } from './handler-failed.error';
import { CheckpointBeyondStoreError, CheckpointOfAnotherStoreError } from './store.errors';
import { CheckpointMoved, LeaseLost, OrderLeft } from './lost-claims';
import { isAborted } from '../../database/transaction';
import { isTimeOut } from './transient-error';
import { WriteAheadFailed } from './write-ahead-failed';

/**
 * What it means that work of a segment failed. Every kind asks for something else of whoever meets it:
 * - `called-off`: the process is about to end; nothing
 * - `moved`: somebody else moved the checkpoint; begin with what is stored
 * - `lost`: the lease is another instance's; end the loop
 * - `transient`: it passes by itself; wait and try again
 * - `timed-out`: the server ended what took too long, for which an event or anything else may be to blame
 * - `event`: one event is to blame; its policy decides
 * - `unattributed`: it is not known which event is to blame, if one is
 * - `ahead`: it failed while the next batch was prepared; go through it again one batch at a time
 * - `foreign-write`: rows were written by somebody else; apply the batch to the rows as they are
 * - `final`: only a person can tell how to go on; stop
 */
export type Failure =
  | { readonly kind: 'called-off' | 'moved' | 'lost' | 'ahead' }
  | { readonly kind: 'transient' | 'timed-out' | 'unattributed'; readonly error: unknown }
  | { readonly kind: 'event'; readonly error: HandlerFailedError }
  | { readonly kind: 'foreign-write'; readonly error: ForeignWriteError }
  | { readonly kind: 'final'; readonly error: Error };

/** Where a failure was met. */
export interface FailureSite {
  readonly projection: string;
  readonly isTransient: (error: unknown) => boolean;
  /** Whether the work was called off. */
  readonly calledOff: boolean;
  /** The events that were being applied. */
  readonly events?: readonly RecordedEvent[];
}

export function failureOf(error: unknown, site: FailureSite): Failure {
  if (site.calledOff || error instanceof OrderLeft) return { kind: 'called-off' };
  if (error instanceof CheckpointMoved) return { kind: 'moved' };
  if (error instanceof LeaseLost) return { kind: 'lost' };
  if (error instanceof WriteAheadFailed) return failureAhead(error.cause, site);
  if (error instanceof ForeignWriteError) return { kind: 'foreign-write', error };
  if (error instanceof CheckpointBeyondStoreError || error instanceof CheckpointOfAnotherStoreError)
    return { kind: 'final', error };
  const failed = error instanceof HandlerFailedError ? error : undefined;
  if (failed?.cause instanceof TransactionEndedError && failed.cause.mayHaveCommitted)
    return { kind: 'final', error: failed };
  // First, for the connection may be lost with it.
  if (isTimeOut(error)) return { kind: 'timed-out', error };
  if (site.isTransient(error)) return { kind: 'transient', error };
  // Behind a statement that failed every other one fails too, and only echoes it.
  if (failed && !isAborted(failed.cause)) return { kind: 'event', error: failed };
  const [alone, ...others] = site.events ?? [];
  if (!alone || others.length > 0) return { kind: 'unattributed', error };
  // What no handler threw, as a constraint that the commit checks, is the event's when it is alone.
  return { kind: 'event', error: failed ?? new HandlerFailedError(site.projection, AT_COMMIT, alone, error) };
}

/** Which event is to blame shows when the batch is gone through by itself. */
function failureAhead(cause: unknown, site: FailureSite): Failure {
  const failure = failureOf(cause, { ...site, events: undefined });
  const { kind } = failure;
  return kind === 'event' || kind === 'unattributed' || kind === 'timed-out' ? { kind: 'ahead' } : failure;
}
