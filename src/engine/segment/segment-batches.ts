import type { EntityManager } from 'typeorm';
import type { EventPage } from '../../events/event-source';
import type { RecordedEvent } from '../../events/recorded-event';
import { UnreadableEventError } from '../../events/unreadable-event.error';
import type { Checkpoint } from '../../state/checkpoint.store';
import type { BatchTransaction, ReadyBatch } from '../applying/batch-transaction';
import type { CommittedBatch } from '../applying/committed-batch';
import { WriteAheadFailed } from '../failures/write-ahead-failed';
import type { DeadLetterQueue, HeldEvent } from '../letters/dead-letter-queue';
import { parkAsNow } from '../letters/park-as-now';
import { PagePrefetch, type PrefetchParts } from '../reading/page-prefetch';
import type { CommandContext } from './segment-commands';
import { type ProgressParts, SegmentProgress } from './segment-progress';
import { StoreCheck } from './store-check';

export interface BatchesParts extends PrefetchParts, ProgressParts {
  readonly projection: string;
  readonly transaction: BatchTransaction;
  readonly queue: DeadLetterQueue;
  readonly committed: (batch: CommittedBatch) => void;
}

/** How a segment gets on: reads pages and commits them, the next one being read and prepared while one is written. */
export class SegmentBatches {
  readonly progress: SegmentProgress;
  private readonly calledOff = new AbortController();
  /** The life of the server that the checkpoint was read in. */
  private server: string | undefined;
  private readonly storeCheck: StoreCheck;
  private readonly prefetch: PagePrefetch;
  /** The batch being written while the next one is prepared. */
  private writing: Promise<void> | undefined;
  /** Set until what failed ahead was gone through on its own. */
  private careful = false;
  /** How many events are tried at once while batches fail: less after each failure, more after each success. */
  private part = Infinity;
  /** Whether what is set aside is parked as this code does it. */
  private parkedAsNow = false;
  /** How often the next batch was tried in vain. */
  triedBefore = 0;

  constructor(private readonly parts: BatchesParts) {
    this.progress = new SegmentProgress(parts);
    this.storeCheck = new StoreCheck(parts);
    this.prefetch = new PagePrefetch(parts);
  }

  get signal(): AbortSignal {
    return this.calledOff.signal;
  }

  callOff(): void {
    this.calledOff.abort();
  }

  /** Ends what is being written and forgets all that is not in the database. */
  async forget(): Promise<void> {
    await this.finish();
    this.progress.forget();
    this.prefetch.forget();
    this.parts.transaction.reset();
  }

  /** Resolves when nothing is being written, however that ended. */
  async finish(): Promise<void> {
    await this.written().catch(() => undefined);
  }

  /**
   * @returns the next events; `undefined` at the head, or where the mode sees none, with everything before stored
   * @throws UnreadableEventError, with everything before the event stored
   */
  async nextPage(): Promise<EventPage | undefined> {
    const { progress } = this;
    const { mode } = this.parts;
    if (progress.isOutlived || this.storeCheck.isDue) await this.forget();
    const stored = progress.checkpoint ?? (await this.load());
    if (mode.isOver?.(stored)) return undefined;
    if (progress.isAtEnd) {
      await this.written();
      const { replayUntil, haltAt } = progress.checkpoint!;
      await progress.storePassed(mode.endsAtHead || replayUntil !== undefined || haltAt !== undefined);
      return undefined;
    }
    const page = await this.takePage().catch((error: unknown) => this.storeBefore(error));
    if (page.events.length > 0) {
      this.prefetch.begin(page.through, progress.bounds);
    } else {
      await this.written();
      progress.passed(page.through);
      await progress.storePassed(false);
    }
    return page;
  }

  /** Has batches that follow a failed one be smaller, so that what is good gets on and what is not is closed in on. */
  shrink(failed: number): void {
    this.part = Math.max(1, Math.floor(failed / 2));
  }

  /** The events behind `after` that are read already, without reading more. */
  upcoming(after: bigint): Promise<readonly RecordedEvent[]> {
    return this.prefetch.upcoming(after);
  }

  /** Has the next turn take events that are read already. */
  keep(after: bigint, events: readonly RecordedEvent[], through: bigint): void {
    this.prefetch.keep(after, events, through);
  }

  /** Has the next turn take events that were not applied. */
  takeAgain(events: readonly RecordedEvent[], through: bigint): void {
    this.keep(this.progress.readingAt!, events, through);
  }

  /** Commits a page, or begins to where handlers let the next one be prepared meanwhile. */
  async commitAhead(events: readonly RecordedEvent[], through: bigint): Promise<void> {
    const { transaction } = this.parts;
    if (!transaction.worksAhead || this.careful || this.part < Infinity) {
      await this.commit(events, through, 1);
      this.careful = false;
      return;
    }
    const { to, done } = await this.begin(events, through, 1);
    done.catch(() => undefined);
    this.writing = done;
    this.progress.handedOver(to, through);
  }

  /** Commits events in one transaction: the checkpoint, the handlers, and what is held back behind parked streams. */
  async commit(events: readonly RecordedEvent[], through: bigint, attempt: number): Promise<void> {
    await (
      await this.begin(events, through, attempt)
    ).done;
    this.part = this.part < this.parts.pageSize.batch ? this.part * 2 : Infinity;
  }

  /** Tries whether events could be applied that come later, and keeps nothing of them. */
  async rehearse(events: readonly RecordedEvent[]): Promise<void> {
    const { transaction, budget } = this.parts;
    const batch = { events, replaying: true, attempt: 1, calledOff: this.signal };
    const stored = this.progress.checkpoint!;
    await budget.use(() => transaction.rehearse(batch, this.fence(stored, stored)));
  }

  /** Moves past an event that is not applied, with what `finish` does about it. */
  async pass(event: RecordedEvent, finish: (manager: EntityManager) => Promise<void>): Promise<void> {
    const { progress } = this;
    const { transaction, queue, budget } = this.parts;
    const to = progress.next(event.globalPosition, [event]);
    this.part = this.part < Infinity ? this.part * 2 : this.part;
    const nothing = { events: [], replaying: progress.replaying, attempt: 1, calledOff: this.signal };
    const frame = { fence: this.fence(progress.checkpoint!, to), finish };
    await budget.use(() => transaction.apply(nothing, frame));
    progress.stand(to);
    await queue.load();
  }

  /** The segment for an operator's order; to be called when nothing is being written. */
  async commandContext(): Promise<Omit<CommandContext, 'progressed' | 'ending'>> {
    const { cursor } = this.parts;
    const stored = this.progress.checkpoint ?? (await this.load());
    return {
      stored,
      epoch: cursor.epoch,
      calledOff: this.signal,
      triedBefore: this.triedBefore,
      hold: this.fence(stored, stored),
      move: (to, manager) => cursor.jump(stored, to, manager),
    };
  }

  private async begin(
    events: readonly RecordedEvent[],
    through: bigint,
    attempt: number,
  ): Promise<{ to: Checkpoint; done: Promise<void> }> {
    const { projection, transaction, queue, filter, pageSize, budget, committed } = this.parts;
    const { progress, signal: calledOff } = this;
    const began = performance.now();
    const { replaying } = progress;
    let ready: ReadyBatch;
    let apply: readonly RecordedEvent[];
    let hold: readonly HeldEvent[];
    try {
      filter.check(events);
      ({ apply, hold } = queue.part(events));
      const batch = { events: apply, replaying, attempt: attempt + this.triedBefore, calledOff };
      ready = await transaction.prepare(batch, () => this.written());
    } finally {
      // Also where it fails: what is to be done about that begins with what is stored.
      await this.written();
    }
    const from = progress.checkpoint!;
    const to = progress.next(through, events);
    const fence = this.fence(from, to);
    const finish = (manager: EntityManager) => queue.hold(manager, hold, replaying);
    const claim = hold.length === 0 ? this.parts.cursor.claim?.(from, to) : undefined;
    const write = async () => {
      await budget.use(() => transaction.commit(ready, { fence, claim, finish }));
      progress.stand(to);
      pageSize.applied(events.length, performance.now() - began);
      committed({ projection, position: to.position, events: apply, replaying });
      await transaction.runEffects(ready);
    };
    return { to, done: write() };
  }

  /** What claims the way from one checkpoint to another, in the transaction that goes it. */
  private fence(from: Checkpoint, to: Checkpoint) {
    return (manager: EntityManager) => this.parts.cursor.advance(from, to, manager);
  }

  /** Waits for the batch being written. */
  private async written(): Promise<void> {
    const { writing } = this;
    this.writing = undefined;
    this.progress.settled();
    try {
      await writing;
    } catch (cause) {
      this.careful = true;
      throw new WriteAheadFailed(cause);
    }
  }

  private async load(): Promise<Checkpoint> {
    const { cursor, watcher, queue, transaction } = this.parts;
    const { incarnation } = watcher;
    const checkpoint = await cursor.load(this.progress.known);
    await queue.load();
    // What is kept in memory alone goes with the life of the store that it was loaded in.
    if (cursor.server === undefined && watcher.incarnation !== incarnation) return this.load();
    if (!this.parkedAsNow)
      await parkAsNow(queue, transaction, this.fence(checkpoint, checkpoint), this.signal);
    this.parkedAsNow = true;
    // Whatever was read of the store in an earlier life of the server is not what the checkpoint goes with.
    if (cursor.server !== this.server) await watcher.refresh();
    this.server = cursor.server;
    const fitting = await this.storeCheck.settle(checkpoint);
    this.progress.begin(fitting);
    return fitting;
  }

  /** Whoever skips the event passes over nothing else then. */
  private async storeBefore(error: unknown): Promise<never> {
    if (error instanceof UnreadableEventError) {
      await this.written();
      await this.progress.storePassed(true);
    }
    throw error;
  }

  private async takePage(): Promise<EventPage> {
    const { progress } = this;
    const page = await this.prefetch.take(progress.readingAt!, progress.bounds);
    progress.saw(page);
    const most = Math.min(this.parts.pageSize.batch, this.part, progress.withinReplay(page.events));
    if (page.events.length <= most) return page;
    const through = most === 0 ? progress.replayUntil! : page.events[most - 1]!.globalPosition;
    this.keep(through, page.events.slice(most), page.through);
    return { ...page, events: page.events.slice(0, most), through };
  }
}
