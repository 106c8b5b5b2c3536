import type { EntityManager } from 'typeorm';
import { waitAlive } from '../../async/wait-alive';
import type { RecordedEvent } from '../../events/recorded-event';
import type { Fenced } from '../../state/checkpoint.store';
import type { DeadLetter, DeadLetterFilter, FailureRecord } from '../../state/dead-letter';
import type { DeadLetterStore } from '../../state/dead-letter.store';
import type { SegmentId } from '../../state/segment-id';
import { storableText } from '../../state/storable-text';
import type { BatchTransaction } from '../applying/batch-transaction';
import { backoffMs } from '../failures/backoff';
import { AT_COMMIT, HandlerFailedError } from '../failures/handler-failed.error';
import type { FailurePolicy } from '../failures/failure-policy';
import { nameOfError, stackOfError } from '../failures/describe-error';
import { failureOf } from '../failures/failure';
import { LetterFates } from './letter-fates';

/** How many dead letters a retry has applied, and how many failed again. */
export interface RetryOutcome {
  readonly applied: number;
  readonly failed: number;
}

export interface HeldEvent {
  readonly event: RecordedEvent;
  readonly parkedBy: string;
}

/** How the queue takes part in its segment's transactions. */
export interface QueueFence {
  /** Makes sure, inside a transaction, that the segment is still this loop's, without moving it. */
  hold(manager: EntityManager): Promise<Fenced>;
  readonly calledOff: AbortSignal;
  /** Aborts as soon as the loop is to end, for what only waits. */
  readonly ending: AbortSignal;
  /** How often this failed by errors that pass by themselves. */
  readonly triedBefore: number;
  /** To be called for each event that is done with, and while one waits for its next try. */
  progressed(): void;
}

/** The events a segment has set aside: which streams are parked, and how they get back in order. */
export class DeadLetterQueue {
  private parked: ReadonlySet<string> = new Set();

  constructor(
    private readonly id: SegmentId,
    private readonly deadLetters: DeadLetterStore,
    private readonly policy: FailurePolicy,
    private readonly transaction: BatchTransaction,
  ) {}

  /** Only the owner of the segment changes its queue, so what was read stays true until it does. */
  async load(): Promise<void> {
    this.parked = await this.deadLetters.parkedKeys(this.id);
  }

  /**
   * The letters that wait by other keys than those that the code has now, which another `parkBy` or `segmentBy` gave
   * them: events of the new keys would overtake them.
   * @returns their new keys, by their ids
   */
  async parkedOtherwise(): Promise<ReadonlyMap<string, string>> {
    const others = new Map<string, string>();
    if (this.parked.size === 0) return others;
    const keys = new Set<string>();
    for (let after = -1n, letters: DeadLetter[]; ; after = letters.at(-1)!.event.globalPosition) {
      letters = await this.deadLetters.toRetry(this.id, {}, [], after);
      if (letters.length === 0) return others;
      for (const { id, parkedBy, event } of letters) {
        if (parkedBy === undefined) continue;
        const own = this.keyToPark(event);
        const key = keys.has(own) || !keys.has(event.streamId) ? own : event.streamId;
        keys.add(key);
        if (key !== parkedBy) others.set(id, key);
      }
    }
  }

  /** Has letters wait by other keys; to be followed by `load` once the transaction has committed. */
  async park(manager: EntityManager, keys: ReadonlyMap<string, string>): Promise<void> {
    await this.deadLetters.park(manager, keys);
  }

  /** Parts events into those to apply and those that wait behind a parked one. */
  part(events: readonly RecordedEvent[]): { apply: readonly RecordedEvent[]; hold: readonly HeldEvent[] } {
    if (this.parked.size === 0) return { apply: events, hold: [] };
    const apply: RecordedEvent[] = [];
    const hold: HeldEvent[] = [];
    for (const event of events) {
      const parkedBy = this.parkedKeyOf(event);
      if (parkedBy === undefined) apply.push(event);
      else hold.push({ event, parkedBy });
    }
    return { apply, hold };
  }

  /** The key that holds the event back: its own, or its stream where that was parked for want of a key. */
  private parkedKeyOf(event: RecordedEvent): string | undefined {
    const key = this.policy.parkBy(event);
    return [key, event.streamId].find((one) => this.parked.has(one));
  }

  async hold(manager: EntityManager, held: readonly HeldEvent[], replaying: boolean): Promise<void> {
    if (held.length > 0) await this.deadLetters.addWaiting(manager, this.id, held, replaying);
  }

  async isFull(): Promise<boolean> {
    return (await this.deadLetters.countFailed(this.id.projection)) >= this.policy.maxDeadLetters;
  }

  /** Stores a failed event; to be followed by `load` once the transaction has committed. */
  async add(
    manager: EntityManager,
    failure: HandlerFailedError,
    attempts: number,
    replaying: boolean,
  ): Promise<void> {
    const parkedBy = this.policy.onError === 'park-stream' ? this.keyToPark(failure.event) : undefined;
    await this.deadLetters.addFailed(
      manager,
      this.id,
      failure.event,
      parkedBy,
      recordOf(failure, attempts),
      replaying,
    );
  }

  /** An event that fails may be one without a key: then it holds back its stream. */
  private keyToPark(event: RecordedEvent): string {
    try {
      return this.policy.parkBy(event);
    } catch {
      return event.streamId;
    }
  }

  /**
   * Applies what `filter` means, in the order of the store, each with its removal in one transaction. What fails again
   * stays, with the new cause, and so does all that is parked behind it.
   */
  async retry(filter: DeadLetterFilter, fence: QueueFence, fates = new LetterFates()): Promise<RetryOutcome> {
    await this.retryAll(filter, fence, fates);
    // What a retry that was broken off has left: it waits for nobody.
    for (
      let ids = await this.deadLetters.unblocked(this.id);
      ids.length > 0;
      ids = await this.deadLetters.unblocked(this.id)
    )
      await this.retryAll({ ids }, fence, fates);
    await this.load();
    return { applied: fates.count('applied'), failed: fates.count('failed') };
  }

  private async retryAll(filter: DeadLetterFilter, fence: QueueFence, fates: LetterFates): Promise<void> {
    const blocked = new Set<string>();
    const parked = await this.deadLetters.keysOf(this.id, filter);
    let after = -1n;
    for (;;) {
      const letters = await this.deadLetters.toRetry(this.id, filter, parked, after);
      if (letters.length === 0) break;
      for (const letter of letters) {
        fence.progressed();
        after = letter.event.globalPosition;
        if (letter.parkedBy !== undefined && blocked.has(letter.parkedBy)) continue;
        const applied = await this.retryOne(letter, fence, fates);
        if (!applied && letter.parkedBy !== undefined) blocked.add(letter.parkedBy);
      }
    }
  }

  discard(manager: EntityManager, filter: DeadLetterFilter): Promise<readonly DeadLetter[]> {
    return this.deadLetters.discard(manager, this.id, filter);
  }

  /** Tries what waits although nothing it waited for is left. */
  async release(fence: QueueFence): Promise<void> {
    const ids = await this.deadLetters.unblocked(this.id);
    if (ids.length > 0) await this.retry({ ids }, fence);
    else await this.load();
  }

  private async retryOne(letter: DeadLetter, fence: QueueFence, fates: LetterFates): Promise<boolean> {
    const { calledOff } = fence;
    const hold = (manager: EntityManager) => fence.hold(manager);
    const attempt = letter.attempts + 1 + fence.triedBefore;
    const batch = { events: [letter.event], replaying: letter.replaying, attempt, calledOff };
    try {
      await this.transaction.apply(batch, {
        fence: hold,
        finish: async (manager) => {
          await this.deadLetters.remove(manager, letter.id);
          // Before the commit, whose answer may be lost: a letter that it has not removed is tried again.
          fates.set(letter.id, 'applied');
        },
      });
      return true;
    } catch (error) {
      const { projection } = this.id;
      const { event } = letter;
      const site = { projection, isTransient: this.policy.isTransient, calledOff: calledOff.aborted };
      const failure = failureOf(error, { ...site, events: [event] });
      if (failure.kind !== 'event' && failure.kind !== 'timed-out') throw error;
      // What only waited was never tried, and has its tries as any other event.
      const tried = letter.attempts + 1;
      if (tried < this.policy.attempts) {
        await waitAlive(backoffMs(this.policy.backoff, tried), () => fence.progressed(), fence.ending);
        return this.retryOne({ ...letter, attempts: tried }, fence, fates);
      }
      const failed = error instanceof HandlerFailedError ? error : undefined;
      const record = recordOf(failed ?? new HandlerFailedError(projection, AT_COMMIT, event, error), attempt);
      await this.transaction.apply(
        { ...batch, events: [] },
        { fence: hold, finish: (manager) => this.deadLetters.failedAgain(manager, letter.id, record) },
      );
      fates.set(letter.id, 'failed');
      return false;
    }
  }
}

function recordOf(failure: HandlerFailedError, attempts: number): FailureRecord {
  const { cause } = failure;
  return {
    errorClass: storableText(nameOfError(cause)),
    errorMessage: storableText(failure.as('set-aside').message),
    errorStack: storableText(stackOfError(cause)),
    attempts,
  };
}
