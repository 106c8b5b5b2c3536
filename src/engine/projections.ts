import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { Actor } from '../state/control.store';
import type { DeadLetter, DeadLetterFilter } from '../state/dead-letter.store';
import type { CommittedBatch } from './committed-batch';
import type { RetryOutcome } from './dead-letter-queue';
import { UnsupportedOperationError, WaitTimeoutError } from './engine.errors';
import type { ManagedProjection } from './managed-projection';
import { Operator } from './operator';
import { ProjectionEngine } from './projection-engine';
import type { ProjectionStatus } from './projection-status';
import { StatusReader } from './status-reader';
import { until } from './until';

export interface WaitOptions {
  /** Milliseconds. @default 5000 */
  readonly timeoutMs?: number;
}

/** How often a checkpoint that another process moves is looked at while it is waited for. */
const LOOK_MS = 20;

/**
 * What an application, a health check or an operator's tool asks of its projections. What it orders is written to the
 * database and done by whichever instance runs the projection.
 */
@Injectable()
export class Projections {
  private readonly operator: Operator;
  private readonly reader: StatusReader;

  constructor(@Inject(ProjectionEngine) private readonly engine: ProjectionEngine) {
    this.operator = new Operator(engine);
    this.reader = new StatusReader(engine);
  }

  /** The state of every projection of this application, wherever it runs. */
  status(): Promise<ProjectionStatus[]> {
    return this.reader.all();
  }

  /**
   * Halts a projection after the batch in flight, within a second and until `resume`, also over restarts.
   * @throws UnknownProjectionError
   */
  pause(name: string, actor: Actor = {}): Promise<void> {
    return this.operator.setState(this.engine.get(name), 'paused', 'pause', actor);
  }

  /**
   * Lets a paused or stopped projection go on where it stands: a stopped one tries the event again.
   * @throws UnknownProjectionError
   */
  resume(name: string, actor: Actor = {}): Promise<void> {
    return this.operator.setState(this.engine.get(name), 'running', 'resume', actor);
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
    const projection = this.engine.get(name);
    const state = await this.engine.state.control.read(name);
    const order = { position: String(position), actor: { ...actor, reason } };
    await this.operator.order(projection, 'skip', order, state?.failure?.segment ?? 0);
    await this.engine.coordinator.nudge();
  }

  /** The events a projection has set aside, in the order of the store; at most 1,000. */
  deadLetters(name: string, filter?: DeadLetterFilter): Promise<DeadLetter[]> {
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
    const projection = this.engine.get(name);
    const outcomes = await this.operator.order<RetryOutcome>(projection, 'retry', { filter, actor });
    const outcome = {
      applied: outcomes.reduce((sum, { applied }) => sum + applied, 0),
      failed: outcomes.reduce((sum, { failed }) => sum + failed, 0),
    };
    await this.engine.state.control.audit(name, 'retry', actor, { filter, ...outcome });
    return outcome;
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
    const { reason, by, ...which } = filter;
    needReason('discard dead letters', name, reason);
    const projection = this.engine.get(name);
    const order = { filter: which, actor: { by, reason } };
    const outcomes = await this.operator.order<{ discarded: number }>(projection, 'discard', order);
    return outcomes.reduce((sum, { discarded }) => sum + discarded, 0);
  }

  /**
   * Runs a projection over what is settled now and resolves when it is applied. A `catch-up` projection stops there;
   * another one is waited for.
   * @returns the position reached
   * @throws UnknownProjectionError, and ProjectionStoppedError when it stops on the way
   */
  async catchUp(name: string): Promise<bigint> {
    const projection = this.engine.get(name);
    const { settled } = await this.engine.source.head();
    if (projection.definition.type === 'catch-up') {
      if ((await this.reader.stored(projection)).position >= settled) return settled;
      await this.engine.catchUp(projection, settled);
    }
    await this.follow(projection, settled);
    return settled;
  }

  /**
   * Empties the read models a projection declares and replays all events into them, in bounded transactions; reads
   * see it grow. Its dead letters are forgotten: their events are tried again. Resolves when the events that were
   * settled at the call are applied. A process that dies half-way leaves a checkpoint that the next one goes on from.
   * @throws UnknownProjectionError, UnsupportedOperationError, and ProjectionStoppedError when it stops on the way
   */
  async rebuild(name: string, actor: Actor = {}): Promise<void> {
    const projection = this.engine.get(name);
    const { type, readModels } = projection.definition;
    if (type === 'live')
      throw new UnsupportedOperationError('be rebuilt', name, 'it is live and keeps nothing');
    if (readModels.length === 0)
      throw new UnsupportedOperationError(
        'be rebuilt',
        name,
        'it declares no readModels, and replaying into tables that still hold rows would count events twice',
      );
    const { settled } = await this.engine.source.head();
    await this.engine.empty(projection);
    await this.engine.state.control.audit(name, 'rebuild', actor);
    if (type === 'catch-up') await this.engine.catchUp(projection, settled);
    await this.follow(projection, settled);
  }

  /**
   * Resolves once everything the projection handles up to `position` is applied and committed, in this process or
   * another: read your own writes with the `globalPosition` that `append` returned.
   * @throws WaitTimeoutError, UnknownProjectionError, and ProjectionStoppedError when it stopped before
   */
  async waitFor(name: string, position: bigint, { timeoutMs = 5_000 }: WaitOptions = {}): Promise<void> {
    const projection = this.engine.get(name);
    const reached = await until(() => this.hasReached(projection, position), LOOK_MS, timeoutMs);
    if (!reached)
      throw new WaitTimeoutError(name, position, await this.reader.position(projection), timeoutMs);
  }

  /** The batches that this process commits from now on. */
  changes(name: string): Observable<CommittedBatch> {
    return this.engine.get(name).changes;
  }

  /** Goes by what is stored: a loop may not have noticed yet that it was sent back. */
  private async follow(projection: ManagedProjection, target: bigint): Promise<void> {
    await until(
      async () => {
        if (projection.definition.type === 'live') return this.hasReached(projection, target);
        const { position, replaying } = await this.reader.stored(projection);
        if (position >= target && !replaying) return true;
        await this.reader.throwIfStopped(projection);
        return false;
      },
      LOOK_MS,
      Infinity,
    );
  }

  private async hasReached(projection: ManagedProjection, position: bigint): Promise<boolean> {
    const at = await this.reader.position(projection);
    if (at >= position && !(await this.reader.isBeyondStore(projection, at))) return true;
    await this.reader.throwIfStopped(projection);
    return false;
  }
}

function needReason(operation: string, projection: string, reason: unknown): void {
  if (typeof reason !== 'string' || reason.trim() === '')
    throw new UnsupportedOperationError(
      operation,
      projection,
      'it loses events, and so it needs a reason to be kept',
    );
}
