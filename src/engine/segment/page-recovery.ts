import { Logger } from '@nestjs/common';
import type { EventPage } from '../../events/event-source';
import type { RecordedEvent } from '../../events/recorded-event';
import { backoffMs } from '../failures/backoff';
import type { DeadLetterQueue } from '../letters/dead-letter-queue';
import { AT_COMMIT, HandlerFailedError } from '../failures/handler-failed.error';
import { RetryingError, TooManyDeadLettersError } from '../failures/standstill.errors';
import type { FailurePolicy } from '../failures/failure-policy';
import { type Failure, failureOf } from '../failures/failure';
import type { BatchPipeline } from './batch-pipeline';
import type { SegmentBatches } from './segment-batches';

export interface RecoveryParts {
  readonly projection: string;
  readonly batches: SegmentBatches;
  readonly pipeline: BatchPipeline;
  readonly queue: DeadLetterQueue;
  readonly policy: FailurePolicy;
  /** Stores, for all instances to see, that the projection is stopped and why. */
  readonly halt: (error: Error, before?: bigint) => Promise<void>;
  /** Waits, for all instances to see why, and says whether the event may then be tried again. */
  readonly mayRetryIn: (ms: number, trouble: RetryingError) => Promise<boolean>;
}

/**
 * Applies pages, and meets failures so that good events are kept and a bad one is dealt with as it should be. Where the
 * event to blame is known, what comes before it is committed and the event is tried alone. Where it is not, the batch is
 * pushed back and comes again in smaller parts, which grow with each success: an event is applied at most a logarithm of
 * the batch times more than once. What else may have failed is for the loop.
 */
export class PageRecovery {
  private readonly logger = new Logger('Projection');
  /** How often an event, alone, was ended by the server because it took too long, and how often a later one was not after that. */
  private timedOut = { position: -1n, times: 0, besides: 0 };

  constructor(private readonly parts: RecoveryParts) {}

  async apply({ events, through }: EventPage): Promise<void> {
    const { pipeline } = this.parts;
    await this.recover(events, through, () => pipeline.commitAhead(events, through));
  }

  private async recover(
    events: readonly RecordedEvent[],
    through: bigint,
    commit: () => Promise<void>,
  ): Promise<void> {
    try {
      await commit();
    } catch (error) {
      const failure = this.failureOf(error, events);
      const { kind } = failure;
      if (kind === 'event') await this.applyAround(failure.error, events, through);
      else if (kind === 'timed-out' && events.length === 1)
        await this.settleTimedOut(events[0]!, through, error);
      else if (kind === 'timed-out' || kind === 'unattributed') this.pushBack(events, through, error);
      else throw error;
    }
  }

  private pushBack(events: readonly RecordedEvent[], through: bigint, error: unknown): void {
    const { batches, pipeline } = this.parts;
    // With nothing to divide it is not the events that fail.
    if (events.length < 2) throw error;
    pipeline.shrink(events.length);
    batches.takeAgain(events, through);
  }

  private async applyAround(
    failure: HandlerFailedError,
    events: readonly RecordedEvent[],
    through: bigint,
  ): Promise<void> {
    const { batches, pipeline } = this.parts;
    const { globalPosition } = failure.event;
    const at = events.findIndex((event) => event.globalPosition === globalPosition);
    if (at > 0) {
      const [before, end] = [events.slice(0, at), globalPosition - 1n];
      await this.recover(before, end, () => pipeline.commit(before, end, 1));
      if ((batches.progress.storedPosition ?? -1n) < end) return;
    }
    if (events.length > 1) pipeline.shrink(events.length);
    await this.settle(failure, events.slice(at), through);
  }

  /** What is left of the batch comes next, unless the projection is stopped. */
  private async settle(
    failure: HandlerFailedError,
    [event, ...rest]: readonly RecordedEvent[],
    through: bigint,
  ): Promise<void> {
    if (await this.retry(event!, failure)) this.parts.batches.keep(event!.globalPosition, rest, through);
  }

  private failureOf(error: unknown, events: readonly RecordedEvent[]): Failure {
    const { projection, policy, batches } = this.parts;
    const calledOff = batches.signal.aborted;
    return failureOf(error, { projection, isTransient: policy.isTransient, calledOff, events });
  }

  /** Retries the event, and when that is in vain does what `onError` says; `false` when the loop must not go on. */
  private async retry(event: RecordedEvent, first: HandlerFailedError): Promise<boolean> {
    const { projection, policy, mayRetryIn, batches, pipeline } = this.parts;
    const { attempts } = policy;
    let failure = first;
    for (let attempt = 2; attempt <= attempts; attempt++) {
      const wait = backoffMs(policy.backoff, attempt - 1);
      const trouble = new RetryingError(projection, batches.progress.position, failure, attempts);
      // Once for each event, which may be tried very often.
      if (attempt === 2) this.logger.warn(`${trouble.message} Next try in ${Math.round(wait)} ms.`);
      if (!(await mayRetryIn(wait, trouble))) return false;
      try {
        await pipeline.commit([event], event.globalPosition, attempt);
        return true;
      } catch (error) {
        const again = this.failureOf(error, [event]);
        if (again.kind !== 'event') throw error;
        failure = again.error;
      }
    }
    return this.giveUp(failure);
  }

  private async giveUp(failure: HandlerFailedError): Promise<boolean> {
    const { policy, queue, projection, batches, pipeline } = this.parts;
    const { event } = failure;
    if (policy.onError === 'stop') return this.stopBefore(event, failure);
    if (await queue.isFull())
      return this.stopBefore(event, new TooManyDeadLettersError(projection, policy.maxDeadLetters, failure));
    const { replaying } = batches.progress;
    await pipeline.pass(event, (manager) => queue.add(manager, failure, policy.attempts, replaying));
    this.logger.warn(`Set aside (${policy.onError}): ${failure.as('set-aside').message}`);
    return true;
  }

  /**
   * A lock or a slow server may have kept the event from its end, and passes. What the event itself is to blame for
   * shows when it is alone at each of its attempts, while later events are through in time: before the last attempt as
   * well as after it, for a lock may go between two statements.
   */
  private async settleTimedOut(event: RecordedEvent, through: bigint, error: unknown): Promise<void> {
    const { projection, policy, batches } = this.parts;
    const { globalPosition } = event;
    if (this.timedOut.position !== globalPosition)
      this.timedOut = { position: globalPosition, times: 0, besides: 0 };
    const { timedOut } = this;
    if (++timedOut.times < policy.attempts) throw error;
    const rest = await batches.upcoming(through);
    timedOut.besides = (await this.isInTime(rest, event)) ? timedOut.besides + 1 : 0;
    if (timedOut.besides < 2) throw error;
    const failure = new HandlerFailedError(projection, AT_COMMIT, event, error);
    const blamed = error instanceof HandlerFailedError ? error : failure;
    if (await this.giveUp(blamed)) batches.keep(globalPosition, rest, rest.at(-1)?.globalPosition ?? through);
  }

  private async isInTime(later: readonly RecordedEvent[], event: RecordedEvent): Promise<boolean> {
    // Of the same type it most likely needs the same tables.
    const other = later.find(({ type }) => type === event.type) ?? later[0];
    if (!other) return false;
    try {
      await this.parts.pipeline.rehearse([other]);
      return true;
    } catch (error) {
      const { kind } = this.failureOf(error, [other]);
      return kind === 'event' || kind === 'unattributed';
    }
  }

  private async stopBefore(event: RecordedEvent, error: Error): Promise<false> {
    await this.parts.halt(error, event.globalPosition);
    return false;
  }
}
