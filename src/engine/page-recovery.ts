import { Logger } from '@nestjs/common';
import type { EventPage } from '../events/event-source';
import type { RecordedEvent } from '../events/recorded-event';
import { ForeignWriteError } from '../read-models/row.errors';
import { backoffMs } from './backoff';
import type { DeadLetterQueue } from './dead-letter-queue';
import { HandlerFailedError, TooManyDeadLettersError } from './engine.errors';
import type { FailurePolicy } from './failure-policy';
import { type SegmentBatches, WriteAheadFailed } from './segment-batches';
import { CheckpointMoved } from './segment-cursor';
import { isAborted } from './transaction';

/** The batch cannot be blamed on one event: it must be tried in parts. */
class Unattributed extends Error {}

export interface RecoveryParts {
  readonly projection: string;
  readonly batches: SegmentBatches;
  readonly queue: DeadLetterQueue;
  readonly policy: FailurePolicy;
  /** Stores, for all instances to see, that the projection is stopped and why. */
  readonly halt: (error: Error, event?: RecordedEvent) => Promise<void>;
  /** Waits, and says whether the event may then be tried again. */
  readonly mayRetryIn: (ms: number) => Promise<boolean>;
}

/** Applies pages, and meets failures so that good events are kept and a bad one is dealt with as it should be. */
export class PageRecovery {
  private readonly logger = new Logger('Projection');

  constructor(private readonly parts: RecoveryParts) {}

  async apply({ events, through }: EventPage): Promise<void> {
    await this.recover(events, through, () => this.parts.batches.commitAhead(events, through));
  }

  private applyAll(events: readonly RecordedEvent[], through: bigint): Promise<void> {
    return this.recover(events, through, () => this.parts.batches.commit(events, through, 1));
  }

  private async recover(
    events: readonly RecordedEvent[],
    through: bigint,
    commit: () => Promise<void>,
  ): Promise<void> {
    try {
      await commit();
    } catch (given) {
      const error = this.attribute(given, events);
      if (error instanceof Unattributed) return this.applyHalf(events, through);
      if (!this.blames(error)) throw error;
      await this.applyAround(error, events, through);
    }
  }

  private async applyAround(
    failure: HandlerFailedError,
    events: readonly RecordedEvent[],
    through: bigint,
  ): Promise<void> {
    const { batches } = this.parts;
    const at = events.indexOf(failure.event);
    const { globalPosition } = failure.event;
    if (at > 0) {
      await this.applyAll(events.slice(0, at), globalPosition - 1n);
      if (batches.position! < globalPosition - 1n) return;
    }
    if (await this.settle(failure)) batches.keep(globalPosition, events.slice(at + 1), through);
  }

  /** Closes in on the event to blame. */
  private async applyHalf(events: readonly RecordedEvent[], through: bigint): Promise<void> {
    const half = Math.ceil(events.length / 2);
    const end = events[half - 1]!.globalPosition;
    await this.applyAll(events.slice(0, half), end);
    const { batches } = this.parts;
    if (batches.position === end) batches.keep(end, events.slice(half), through);
  }

  /** Errors that no handler threw, or that only echo an earlier one, belong to the event when it is alone. */
  private attribute(error: unknown, events: readonly RecordedEvent[]): unknown {
    const otherwise =
      error instanceof CheckpointMoved ||
      error instanceof ForeignWriteError ||
      error instanceof WriteAheadFailed ||
      this.parts.policy.isTransient(error);
    if (otherwise) return error;
    const echo = error instanceof HandlerFailedError && isAborted(error.cause);
    if (error instanceof HandlerFailedError && !echo) return error;
    const [alone] = events;
    if (alone && events.length === 1)
      return new HandlerFailedError(this.parts.projection, 'commit', alone, error);
    return events.length > 1 ? new Unattributed() : error;
  }

  private blames(error: unknown): error is HandlerFailedError {
    const { aborted } = this.parts.batches.signal;
    return error instanceof HandlerFailedError && !aborted && !this.parts.policy.isTransient(error);
  }

  /** Retries the event, and when that is in vain does what `onError` says; `false` when the loop must not go on. */
  private async settle(first: HandlerFailedError): Promise<boolean> {
    const { policy, queue, projection, mayRetryIn, batches } = this.parts;
    const { event } = first;
    let failure = first;
    for (let attempt = 2; attempt <= policy.attempts; attempt++) {
      if (!(await mayRetryIn(backoffMs(policy.backoff, attempt - 1)))) return false;
      try {
        await batches.commit([event], event.globalPosition, attempt);
        return true;
      } catch (given) {
        const error = this.attribute(given, [event]);
        if (!this.blames(error)) throw error;
        failure = error;
      }
    }
    if (policy.onError === 'stop') return this.stopBefore(event, failure);
    if (await queue.isFull())
      return this.stopBefore(event, new TooManyDeadLettersError(projection, policy.maxDeadLetters, failure));
    await batches.pass(event, (manager) => queue.add(manager, failure, policy.attempts));
    this.logger.warn(`Set aside (${policy.onError}): ${failure.message}`);
    return true;
  }

  private async stopBefore(event: RecordedEvent, error: Error): Promise<false> {
    await this.parts.halt(error, event);
    return false;
  }
}
