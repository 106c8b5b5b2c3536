import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { appendedEvents } from '../../events/appended-events';
import type { AppendResult } from '../../events/event-store';
import type { Actor } from '../../state/audit.store';
import type { DeadLetter, DeadLetterFilter } from '../../state/dead-letter';
import type { ProjectionProgress } from '../../state/progress.store';
import type { CommittedBatch } from '../applying/committed-batch';
import type { RetryOutcome } from '../letters/dead-letter-queue';
import { NoOwnerError, UnsupportedOperationError } from '../failures/operation.errors';
import { loopWorkOf } from '../applying/loop-work';
import type { ManagedProjection } from '../segment/managed-projection';
import { Operator } from './operator';
import { outsideContext } from '../../async/outside-context';
import {
  checkActor,
  checkDiscard,
  checkFilter,
  checkLimits,
  checkPosition,
  checkRebuild,
  checkWritten,
} from './projection-arguments.check';
import { ProjectionEngine } from '../projection-engine';
import type { ProjectionStatus } from './projection-status';
import { segmentOfFailure } from '../reading/segment-of-failure';
import { StatusReader } from './status-reader';
import { until } from '../../async/until';
import { ProjectionPausedError, WaitsForItselfError } from '../waits/waiting.errors';

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
/** How often it is looked whether somebody runs a projection. */
const LOOK_MS = 50;

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

  constructor(@Inject(ProjectionEngine) private readonly engine: ProjectionEngine) {
    this.operator = new Operator(engine);
    this.reader = new StatusReader(engine);
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
    await outsideContext(() => this.operator.setState(this.engine.get(name), 'paused', 'pause', actor));
  }

  /**
   * Lets a paused or stopped projection go on where it stands: a stopped one tries the event again.
   * @throws UnknownProjectionError; ProjectionNotRegisteredError before an instance has started with it
   */
  async resume(name: string, actor: Actor = {}): Promise<void> {
    checkActor('resume', actor);
    await outsideContext(() => this.operator.setState(this.engine.get(name), 'running', 'resume', actor));
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
    needReason('skip', name, reason);
    checkPosition(position);
    checkActor('skip', actor);
    const projection = this.engine.get(name);
    if (!projection.kind.keepsCheckpoint)
      throw new UnsupportedOperationError(
        'skip an event',
        name,
        'it is live and keeps no checkpoint: fix the handler and resume it, or restart its instances, which begin at the head',
      );
    await needOutside(name, 'skip an event');
    const order = { position: String(position), actor: { ...actor, reason } };
    await outsideContext(async () => {
      const state = await this.engine.state.control.read(name);
      const segment = await segmentOfFailure(projection.definition, state, projection.reader.source);
      await this.operator.order(projection, 'skip', order, segment);
      await this.engine.coordinator.nudge();
    });
  }

  /** The events a projection has set aside, in the order of the store; at most 1,000. */
  async deadLetters(name: string, filter: DeadLetterFilter = {}): Promise<DeadLetter[]> {
    checkFilter('deadLetters', filter);
    return this.engine.state.deadLetters.list(this.engine.get(name).definition.name, filter);
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
    const projection = this.engine.get(name);
    await needOutside(name, 'retry dead letters');
    return outsideContext(async () => {
      const outcomes = await this.operator.order<RetryOutcome>(projection, 'retry', { filter, actor });
      const outcome = {
        applied: outcomes.reduce((sum, { applied }) => sum + applied, 0),
        failed: outcomes.reduce((sum, { failed }) => sum + failed, 0),
      };
      await this.engine.state.audits.add(name, 'retry', actor, { filter, ...outcome });
      return outcome;
    });
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
    needReason('discard dead letters', name, reason);
    const projection = this.engine.get(name);
    await needOutside(name, 'discard dead letters');
    const order = { filter: which, actor: { by, reason } };
    const outcomes = await outsideContext(() =>
      this.operator.order<{ discarded: number }>(projection, 'discard', order),
    );
    return outcomes.reduce((sum, { discarded }) => sum + discarded, 0);
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
    const projection = this.engine.getStarted(name);
    const settled = await outsideContext(async () => {
      const head = await projection.reader.source.head();
      if (projection.kind.waitsToBeAsked) await this.runToTarget(projection, head.settled, 'catch up');
      return head.settled;
    });
    // Whether it waits for itself can be told by the caller's context.
    await this.follow(projection, settled, 'catch up', options);
    return settled;
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
    const projection = this.engine.getStarted(name);
    const { kind, definition } = projection;
    if (!kind.keepsCheckpoint)
      throw new UnsupportedOperationError('be rebuilt', name, 'it is live and keeps nothing');
    if (definition.readModels.length === 0)
      throw new UnsupportedOperationError(
        'be rebuilt',
        name,
        'it declares no readModels, and replaying into tables that still hold rows would count events twice',
      );
    await needOutside(name, 'be rebuilt');
    await outsideContext(async () => {
      await this.needRunner(projection, 'rebuild', limits.signal);
      const { settled } = await projection.reader.source.head();
      await this.engine.empty(projection);
      await this.engine.state.audits.add(name, 'rebuild', { by, reason });
      this.operator.announce(projection, 'is rebuilt', { by, reason });
      if (kind.waitsToBeAsked) await this.runToTarget(projection, settled, 'rebuild');
      await this.follow(projection, settled, 'rebuild', limits);
    });
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
    const projection = this.engine.getStarted(name);
    if (!projection.kind.keepsCheckpoint && !this.engine.runsHere(projection))
      throw new UnsupportedOperationError(
        'be waited for',
        name,
        'it is live and does not run in this instance (see the option run), and each instance has its own',
      );
    const { source } = projection.definition;
    if (source !== undefined && typeof written !== 'bigint')
      throw new UnsupportedOperationError(
        'be waited for with the result of an append',
        name,
        `it reads the source "${source}", of which that says nothing: give the position of the event there`,
      );
    const position = typeof written === 'bigint' ? written : written.globalPosition;
    const events = typeof written === 'bigint' ? undefined : appendedEvents(written);
    const mustShow = typeof written !== 'bigint';
    const target = {
      position,
      mustShow,
      events,
      replayed: false,
      operation: undefined,
      inside: loopWorkOf(name),
    };
    await this.engine.waits.wait(projection, target, { timeoutMs, signal });
  }

  /** The batches that this process commits from now on. */
  changes(name: string): Observable<CommittedBatch> {
    return this.engine.get(name).changes;
  }

  /** A catch-up projection runs in this process, for whoever asks for it. */
  private async runToTarget(projection: ManagedProjection, target: bigint, operation: string): Promise<void> {
    const { name } = projection.definition;
    const [row] = await this.engine.state.progress.progressOf([name]);
    if (row && isThere(row, target)) return;
    if (row?.state === 'paused') throw new ProjectionPausedError(name, operation);
    if (!this.engine.runsHere(projection)) throw new NoOwnerError(name, operation, 0);
    await this.engine.catchUp(projection, target);
  }

  private async follow(
    projection: ManagedProjection,
    position: bigint,
    operation: string,
    { timeoutMs = Infinity, signal }: RunOptions,
  ): Promise<void> {
    const replayed = projection.kind.keepsCheckpoint;
    const inside = loopWorkOf(projection.definition.name);
    const target = { position, mustShow: false, events: undefined, replayed, operation, inside };
    await this.engine.waits.wait(projection, target, { timeoutMs, signal });
  }

  /** What is emptied must be filled again: somebody has to be there for it. */
  private async needRunner(
    projection: ManagedProjection,
    operation: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { name } = projection.definition;
    const { unownedMs } = this.engine;
    const somebody = () => {
      signal?.throwIfAborted();
      return this.engine.hasRunner(projection);
    };
    if (!(await until(somebody, LOOK_MS, unownedMs))) throw new NoOwnerError(name, operation, unownedMs);
  }
}

/** What the owner of a projection is ordered to do, it does when its handlers and their effects have ended. */
async function needOutside(projection: string, operation: string): Promise<void> {
  const work = loopWorkOf(projection);
  if (!work) return;
  // An effect that does not wait for the order has ended by then.
  await setImmediate();
  if (!work.isOver) throw new WaitsForItselfError(projection, operation);
}

const isThere = ({ segments }: ProjectionProgress, target: bigint): boolean =>
  segments.every(({ position, begun, replaying }) => begun && BigInt(position) >= target && !replaying);

function needReason(operation: string, projection: string, reason: unknown): void {
  if (typeof reason !== 'string' || reason.trim() === '')
    throw new UnsupportedOperationError(
      operation,
      projection,
      'it loses events, and so it needs a reason to be kept',
    );
}
