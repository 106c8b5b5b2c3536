import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { outsideContext } from '../../async/outside-context';
import type { AppendResult } from '../../events/event-store';
import type { Actor } from '../../state/audit.store';
import type { DeadLetter, DeadLetterFilter } from '../../state/dead-letter';
import type { CommittedBatch } from '../applying/committed-batch';
import { Engine } from '../engine';
import type { RetryOutcome } from '../letters/dead-letter-queue';
import type { ManagedProjection } from '../segment/managed-projection';
import { CatchingUp } from './catching-up';
import { DeadLetterOrders } from './dead-letter-orders';
import { Operator } from './operator';
import {
  checkActor,
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

export interface WaitOptions {
  /** Milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** Ends the wait, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How long somebody waits for a run that he has asked for. The run goes on without him. */
export interface RunOptions {
  /** Milliseconds. @default no limit */
  readonly timeoutMs?: number;
  /** Ends the wait, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const WAIT_MS = 5_000;

/**
 * What an application, a health check or an operator's tool asks of its projections. What it orders is written to the
 * database and done by whichever instance runs the projection. All that writes does so outside of the caller's async
 * context, and so of a transaction that a library keeps there. Every method throws InvalidArgumentError for what cannot be
 * right, and then does nothing.
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
   * The state of every projection of this application, wherever it runs.
   * @throws ProjectionsNotRunningError before the application has started; StatusUnavailableError within 5 seconds when
   * the database does not answer
   */
  status(): Promise<ProjectionStatus[]> {
    return this.reader.all();
  }

  /**
   * Halts a projection after the batch in flight, within a second and until `resume`, also over restarts.
   * @throws UnknownProjectionError; ProjectionNotRegisteredError before an instance has started with it
   */
  async pause(name: string, actor: Actor = {}): Promise<void> {
    checkActor('pause', actor);
    await outsideContext(() => this.operator.setState(this.get(name), 'paused', 'pause', actor));
  }

  /**
   * Lets a paused or stopped projection go on where it stands: a stopped one tries the event again.
   * @throws UnknownProjectionError; ProjectionNotRegisteredError before an instance has started with it
   */
  async resume(name: string, actor: Actor = {}): Promise<void> {
    checkActor('resume', actor);
    await outsideContext(() => this.operator.setState(this.get(name), 'running', 'resume', actor));
  }

  /**
   * Lets a stopped projection go on behind the event it stopped before, which is then never applied.
   * @param position the event's position, as `status()` gives it
   * @throws CommandFailedError when it is not stopped before that event; UnknownProjectionError, NoOwnerError
   */
  async skip(
    name: string,
    position: bigint,
    reason: string,
    actor: Omit<Actor, 'reason'> = {},
  ): Promise<void> {
    checkReason('skip', name, reason);
    checkPosition(position);
    checkActor('skip', actor);
    await this.skipping.skip(this.get(name), position, { ...actor, reason });
  }

  /** The events a projection has set aside, in the order of the store; at most 1,000. */
  async deadLetters(name: string, filter: DeadLetterFilter = {}): Promise<DeadLetter[]> {
    checkFilter('deadLetters', filter);
    return this.letters.list(this.get(name), filter);
  }

  /**
   * Applies dead letters again, in order, each in one transaction with its removal. A parked stream is meant as a
   * whole: it is gone through from its first event until one fails again.
   * @throws UnknownProjectionError, NoOwnerError
   */
  async retryDeadLetters(
    name: string,
    filter: DeadLetterFilter = {},
    actor: Actor = {},
  ): Promise<RetryOutcome> {
    checkFilter('retryDeadLetters', filter);
    checkActor('retryDeadLetters', actor);
    return this.letters.retry(this.get(name), filter, actor);
  }

  /**
   * Removes dead letters for good. What waited behind them alone is applied.
   * @param filter which, and the reason, which is kept with the events in `projection_audit`
   * @returns how many were removed
   * @throws UnsupportedOperationError without a reason; UnknownProjectionError, NoOwnerError
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
   * Runs a projection over what is settled now and resolves when it is applied. A `catch-up` projection stops there;
   * another one is waited for.
   * @returns the position reached
   * @throws UnknownProjectionError; ProjectionPausedError; ProjectionStoppedError when it stops on the way; NoOwnerError
   * when nobody runs it for long; WaitTimeoutError, and the reason of the signal
   */
  async catchUp(name: string, options: RunOptions = {}): Promise<bigint> {
    checkLimits('catchUp', options);
    options.signal?.throwIfAborted();
    return this.catchingUp.toHead(this.started(name), options);
  }

  /**
   * Empties the read models a projection declares and replays all events into them, in bounded transactions; reads
   * see it grow. Its dead letters are forgotten: their events are tried again. Resolves when the events that were
   * settled at the call are applied. A process that dies half-way leaves a checkpoint that the next one goes on from,
   * and so does whoever waits no longer.
   * @throws UnknownProjectionError, UnsupportedOperationError; NoOwnerError when nobody runs it, and ProjectionPausedError,
   * before anything is emptied; ProjectionStoppedError when it stops on the way; WaitTimeoutError, and the reason of the signal
   */
  async rebuild(name: string, options: Actor & RunOptions = {}): Promise<void> {
    checkRebuild(options);
    const { by, reason, ...limits } = options;
    limits.signal?.throwIfAborted();
    await this.rebuilding.rebuild(this.started(name), { by, reason }, limits);
  }

  /**
   * Resolves once everything the projection handles up to an append, or to a position, is applied and committed, in this
   * process or another: read your own writes with what `append` returned.
   * @param written the result of `append`, whose events must show in the rows; or a position, which is reached also by
   * events that are set aside
   * @throws EventSetAsideError when an event of the append is set aside; WaitTimeoutError, which says what the projection does instead; ProjectionStoppedError when it stopped before; the reason of the signal;
   * ProjectionsNotRunningError before the application has started; UnknownProjectionError, UnsupportedOperationError
   */
  async waitFor(name: string, written: bigint | AppendResult, options: WaitOptions = {}): Promise<void> {
    checkWritten(written);
    checkLimits('waitFor', options);
    const { timeoutMs = WAIT_MS, signal } = options;
    await this.waiting.forWritten(this.started(name), written, { timeoutMs, signal });
  }

  /** The batches that this process commits from now on. */
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
