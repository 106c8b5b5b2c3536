import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { outsideContext } from '../../async/outside-context';
import type { AppendResult } from '../../events/event-store';
import type { AuditNote } from '../../state/audit.store';
import type { DeadLetter, DeadLetterFilter } from '../../state/dead-letter';
import type { CommittedBatch } from '../applying/committed-batch';
import { Engine } from '../engine';
import type { RetryOutcome } from '../letters/dead-letter-queue';
import type { ManagedProjection } from '../segment/managed-projection';
import { CatchingUp } from './catching-up';
import { DeadLetterOrders } from './dead-letter-orders';
import { Operator } from './operator';
import {
  checkNote,
  checkDiscard,
  checkFilter,
  checkLimits,
  checkPosition,
  checkReason,
  checkRebuild,
  checkWritten,
} from './projection-arguments.check';
import type { ProjectionStatus } from './projection-status';
import { Rebuilding } from './rebuilding';
import { Skipping } from './skipping';
import { StatusReader } from './status-reader';
import { Waiting } from './waiting';

/** How long `waitFor` waits. */
export interface WaitOptions {
  /** Milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** Ends the wait, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How long `catchUp` and `rebuild` are waited for. The run goes on when the wait ends. */
export interface RunOptions {
  /** Milliseconds. @default no limit */
  readonly timeoutMs?: number;
  /** Ends the wait, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const WAIT_MS = 5_000;

/**
 * Tells the state of projections, and gives commands to them. Inject it by this class. A command is written to the
 * database, and the instance that runs the projection executes it. Everything that writes does so outside of the
 * caller's async context, and so outside of a transaction that a library keeps there.
 *
 * Every method throws `InvalidArgumentError` for an argument that cannot be right, and then does nothing. An error of
 * the database, and one of a source that must be read (a `StoreNotReadableError`), is passed on as it is.
 *
 * @publicApi
 */
@Injectable()
export class Projections {
  private readonly operator: Operator;
  private readonly reader: StatusReader;
  private readonly skipping: Skipping;
  private readonly letters: DeadLetterOrders;
  private readonly waiting: Waiting;
  private readonly catchingUp: CatchingUp;
  private readonly rebuilding: Rebuilding;

  constructor(@Inject(Engine) private readonly engine: Engine) {
    this.operator = new Operator(engine);
    this.reader = new StatusReader(engine);
    this.skipping = new Skipping(engine, this.operator);
    this.letters = new DeadLetterOrders(engine, this.operator);
    this.waiting = new Waiting(engine);
    this.catchingUp = new CatchingUp(engine, this.waiting);
    this.rebuilding = new Rebuilding(engine, this.operator, this.catchingUp, this.waiting);
  }

  /**
   * Tells the state of every projection of this application, whichever instance runs it. It answers within 5 seconds.
   * @throws ProjectionsNotRunningError before the application has started
   * @throws StatusUnavailableError when the database does not answer within 4.5 seconds
   *
   * @example
   * ```ts
   * const statuses = await projections.status();
   * const stopped = statuses.filter(({ state }) => state === 'stopped');
   * ```
   */
  status(): Promise<ProjectionStatus[]> {
    return this.reader.all();
  }

  /**
   * Pauses a projection in all instances, until `resume`; a restart does not resume it. The loops end within a
   * second, after the batch in flight. Appends leave the events of a paused inline projection to be applied after
   * `resume`.
   *
   * @param note who asks and why, kept in `projection_audit`
   * @throws InvalidArgumentError when `note` has anything but the texts `by` and `reason`
   * @throws UnknownProjectionError when the application provides no projection of that name
   * @throws ProjectionNotRegisteredError when no instance has started with the projection yet
   * @throws InlineBusyError when open appends keep an inline projection from being left to its loop for 30 seconds
   * @throws UnsupportedOperationError when the application shuts down before an inline projection is left to its loop
   *
   * @example
   * ```ts
   * await projections.pause('order_summary', { by: 'ops', reason: 'move of the database' });
   * ```
   */
  async pause(name: string, note: AuditNote = {}): Promise<void> {
    checkNote('pause', note);
    await outsideContext(() => this.operator.setState(this.get(name), 'paused', 'pause', note));
  }

  /**
   * Lets a paused or stopped projection go on where it stands; a stopped one tries the event again. A running one
   * stays as it is.
   *
   * @param note who asks and why, kept in `projection_audit`
   * @throws InvalidArgumentError when `note` has anything but the texts `by` and `reason`
   * @throws UnknownProjectionError when the application provides no projection of that name
   * @throws ProjectionNotRegisteredError when no instance has started with the projection yet
   *
   * @example
   * ```ts
   * await projections.resume('order_summary', { by: 'ops' });
   * ```
   */
  async resume(name: string, note: AuditNote = {}): Promise<void> {
    checkNote('resume', note);
    await outsideContext(() => this.operator.setState(this.get(name), 'running', 'resume', note));
  }

  /**
   * Lets a stopped projection go on behind the event that it stopped before. That event is never applied.
   *
   * @param position the position of the event, as `status()` gives it in `error.position`
   * @param reason why, not empty; kept with the failure in `projection_audit`
   * @throws InvalidArgumentError when `position` is no `bigint` from 0, or `note` has anything but the text `by`
   * @throws UnknownProjectionError when the application provides no projection of that name
   * @throws UnsupportedOperationError without a reason, and for a live projection
   * @throws CommandFailedError when the projection is not stopped before that event, or stands elsewhere by now
   * @throws NoOwnerError when no instance takes the command up within 60 seconds
   * @throws CommandStalledError when the instance that took the command up makes no progress for 60 seconds, or for
   * twice `handlerTimeoutMs` where that is longer
   * @throws WaitsForItselfError when a handler or an effect of the projection calls it and awaits it
   *
   * @example
   * ```ts
   * const [status] = await projections.status();
   * const position = status?.error?.position;
   * if (position !== undefined)
   *   await projections.skip('order_summary', position, 'test event in production', { by: 'ops' });
   * ```
   */
  async skip(
    name: string,
    position: bigint,
    reason: string,
    note: Omit<AuditNote, 'reason'> = {},
  ): Promise<void> {
    checkReason('skip', name, reason);
    checkPosition(position);
    checkNote('skip', note);
    await this.skipping.skip(this.get(name), position, { ...note, reason });
  }

  /**
   * Lists the events that a projection has set aside, in the order of the store; at most 1,000.
   *
   * @param filter which of them; all by default
   * @throws InvalidArgumentError when `filter` has an unknown member, or one of a wrong type
   * @throws UnknownProjectionError when the application provides no projection of that name
   *
   * @example
   * ```ts
   * const letters = await projections.deadLetters('order_summary', { streamId: 'order-17' });
   * for (const { event, errorMessage } of letters) console.log(event.globalPosition, errorMessage);
   * ```
   */
  async deadLetters(name: string, filter: DeadLetterFilter = {}): Promise<DeadLetter[]> {
    checkFilter('deadLetters', filter);
    return this.letters.list(this.get(name), filter);
  }

  /**
   * Applies dead letters again, in order, each in one transaction with its removal. A parked stream is retried as a
   * whole, from its first event until one fails again.
   *
   * @param filter which of them; all by default
   * @param note who asks and why, kept in `projection_audit`
   * @returns how many events were applied, and how many failed again
   * @throws InvalidArgumentError when `filter` or `note` has an unknown member, or one of a wrong type
   * @throws UnknownProjectionError when the application provides no projection of that name
   * @throws NoOwnerError when no instance takes the command up within 60 seconds
   * @throws CommandStalledError when the instance that took the command up makes no progress for 60 seconds, or for
   * twice `handlerTimeoutMs` where that is longer
   * @throws CommandFailedError when the instance that runs the projection cannot execute the command
   * @throws InlineBusyError when open appends keep an inline projection from being left to its loop for 30 seconds
   * @throws UnsupportedOperationError when the application shuts down before an inline projection is left to its loop
   * @throws WaitsForItselfError when a handler or an effect of the projection calls it and awaits it
   *
   * @example
   * ```ts
   * const { applied, failed } = await projections.retryDeadLetters('order_summary', { type: 'OrderShipped' });
   * console.log(`${applied} applied, ${failed} failed again`);
   * ```
   */
  async retryDeadLetters(
    name: string,
    filter: DeadLetterFilter = {},
    note: AuditNote = {},
  ): Promise<RetryOutcome> {
    checkFilter('retryDeadLetters', filter);
    checkNote('retryDeadLetters', note);
    return this.letters.retry(this.get(name), filter, note);
  }

  /**
   * Removes dead letters for good. Events that waited behind them alone are applied.
   *
   * @param filter which of them, and the reason, which is kept with the events in `projection_audit`
   * @returns how many were removed
   * @throws InvalidArgumentError when `filter` has an unknown member, one of a wrong type, or one that is `undefined`
   * @throws UnknownProjectionError when the application provides no projection of that name
   * @throws UnsupportedOperationError without a reason
   * @throws NoOwnerError when no instance takes the command up within 60 seconds
   * @throws CommandStalledError when the instance that took the command up makes no progress for 60 seconds, or for
   * twice `handlerTimeoutMs` where that is longer
   * @throws CommandFailedError when the instance that runs the projection cannot execute the command
   * @throws InlineBusyError when open appends keep an inline projection from being left to its loop for 30 seconds
   * @throws UnsupportedOperationError when the application shuts down before an inline projection is left to its loop
   * @throws WaitsForItselfError when a handler or an effect of the projection calls it and awaits it
   *
   * @example
   * ```ts
   * await projections.discardDeadLetters('order_summary', { ids: ['42'], by: 'ops', reason: 'order deleted' });
   * ```
   */
  async discardDeadLetters(
    name: string,
    filter: DeadLetterFilter & { reason: string; by?: string },
  ): Promise<number> {
    checkDiscard(filter);
    const { reason, by, ...which } = filter;
    checkReason('discard dead letters', name, reason);
    return this.letters.discard(this.get(name), which, { by, reason });
  }

  /**
   * Runs a `catch-up` projection in this process over the events that are settled now, and resolves when they are
   * applied or set aside. The projection then stops. A projection of another type is only waited for. Rejects with
   * the reason of `options.signal` when the signal aborts.
   *
   * @returns the position reached
   * @throws InvalidArgumentError when `options` has an unknown member, or one of a wrong type
   * @throws ProjectionsNotRunningError before the application has started, or after it has stopped
   * @throws UnknownProjectionError when the application provides no projection of that name
   * @throws ProjectionPausedError when the projection is paused
   * @throws ProjectionStoppedError when the projection is stopped, or stops on the way
   * @throws NoOwnerError when this instance is not to run a `catch-up` projection, or when no instance runs another
   * one for 1.5 times `leaseMs` and a second
   * @throws WaitTimeoutError after `timeoutMs`
   * @throws WaitsForItselfError when a handler or an effect of the projection calls it and awaits it
   *
   * @example
   * ```ts
   * const position = await projections.catchUp('yearly_report', { timeoutMs: 60_000 });
   * ```
   */
  async catchUp(name: string, options: RunOptions = {}): Promise<bigint> {
    checkLimits('catchUp', options);
    options.signal?.throwIfAborted();
    return this.catchingUp.toHead(this.started(name), options);
  }

  /**
   * Empties the read models that a projection declares, and applies all events again, in bounded transactions; reads
   * see the read models grow. Dead letters of the projection are removed, as their events are tried again. Resolves
   * when the events that were settled at the call are applied or set aside. The replay outlives the caller and the
   * process: the next owner goes on from the stored checkpoint. Rejects with the reason of `options.signal` when the
   * signal aborts.
   *
   * @param options who asks and why, kept in `projection_audit`, and how long to wait
   * @throws InvalidArgumentError when `options` has an unknown member, or one of a wrong type
   * @throws ProjectionsNotRunningError before the application has started, or after it has stopped
   * @throws UnknownProjectionError when the application provides no projection of that name
   * @throws UnsupportedOperationError for a live projection, and for one without `readModels`; nothing is emptied
   * @throws NoOwnerError when no instance runs the projection for 1.5 times `leaseMs` and a second; nothing is
   * emptied where that is so at the call
   * @throws ProjectionPausedError when the projection is paused; nothing is emptied where that is so at the call
   * @throws ProjectionStoppedError when the projection stops on the way
   * @throws WaitTimeoutError after `timeoutMs`
   * @throws WaitsForItselfError when a handler or an effect of the projection calls it and awaits it
   *
   * @example
   * ```ts
   * await projections.rebuild('order_summary', { by: 'ops', reason: 'new column' });
   * ```
   */
  async rebuild(name: string, options: AuditNote & RunOptions = {}): Promise<void> {
    checkRebuild(options);
    const { by, reason, ...limits } = options;
    limits.signal?.throwIfAborted();
    await this.rebuilding.rebuild(this.started(name), { by, reason }, limits);
  }

  /**
   * Waits until the rows show the events of an append: read your own writes with the result of `append`. Resolves
   * when the events are applied and committed, by this process or another. Rejects with the reason of
   * `options.signal` when the signal aborts.
   *
   * @param written the result of `append`, whose events must be applied; or a position, up to which every event that
   * the projection handles is applied or set aside
   * @throws InvalidArgumentError when `written` is neither, or `options` has an unknown member, or one of a wrong
   * type
   * @throws ProjectionsNotRunningError before the application has started, or after it has stopped
   * @throws UnknownProjectionError when the application provides no projection of that name
   * @throws UnsupportedOperationError for a live projection that does not run in this instance, and for the result of
   * an append where the projection reads another source
   * @throws EventSetAsideError when an event of the append is a dead letter, or waits behind one
   * @throws ProjectionStoppedError when the projection is stopped before the position
   * @throws WaitTimeoutError after `timeoutMs`; the message says what the projection does instead
   * @throws WaitsForItselfError when a handler or an effect of the projection calls it and awaits it
   *
   * @example
   * ```ts
   * const appended = await store.append('order-17', [{ type: 'OrderPaid', data: { order_id: '17' } }]);
   * await projections.waitFor('order_summary', appended, { timeoutMs: 2_000 });
   * ```
   */
  async waitFor(name: string, written: bigint | AppendResult, options: WaitOptions = {}): Promise<void> {
    checkWritten(written);
    checkLimits('waitFor', options);
    const { timeoutMs = WAIT_MS, signal } = options;
    await this.waiting.forWritten(this.started(name), written, { timeoutMs, signal });
  }

  /**
   * The batches that this process commits from now on, without what appends apply of an inline projection. It never
   * completes. An error of a subscriber ends the process, as with every observable.
   * @throws UnknownProjectionError when the application provides no projection of that name
   *
   * @example
   * ```ts
   * const subscription = projections.changes('order_summary').subscribe(({ position, events }) => {
   *   console.log(`${events.length} events applied, up to position ${position}`);
   * });
   * ```
   */
  changes(name: string): Observable<CommittedBatch> {
    return this.get(name).changes;
  }

  /** @throws UnknownProjectionError */
  private get(name: string): ManagedProjection {
    return this.engine.registry.get(name);
  }

  /** @throws UnknownProjectionError, ProjectionsNotRunningError */
  private started(name: string): ManagedProjection {
    this.engine.lifeCycle.throwIfNotStarted();
    return this.get(name);
  }
}
