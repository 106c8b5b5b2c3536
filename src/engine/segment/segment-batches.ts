import type { EntityManager } from 'typeorm';
import type { EventPage } from '../../events/event-source';
import type { RecordedEvent } from '../../events/recorded-event';
import { UnreadableEventError } from '../../events/unreadable-event.error';
import { lastWitness, type Witness, witnessOf } from '../../events/witness';
import type { Checkpoint } from '../../state/checkpoint.store';
import type { BatchTransaction, ReadyBatch } from '../applying/batch-transaction';
import type { CommittedBatch } from '../applying/committed-batch';
import type { DeadLetterQueue, HeldEvent } from '../letters/dead-letter-queue';
import type { HeadWatcher } from '../reading/head-watcher';
import { type Bounds, PagePrefetch, type PrefetchParts } from '../reading/page-prefetch';
import type { RunMode } from './run-mode';
import type { CommandContext } from './segment-commands';
import type { SegmentCursor } from './segment-cursor';
import { StoreCheck } from './store-check';
import { WriteAheadFailed } from '../failures/write-ahead-failed';

/** How often a checkpoint that moved over foreign events alone is written. */
const SKIP_INTERVAL_MS = 1_000;

export interface BatchesParts extends PrefetchParts {
  readonly projection: string;
  readonly watcher: HeadWatcher;
  readonly transaction: BatchTransaction;
  readonly cursor: SegmentCursor;
  readonly queue: DeadLetterQueue;
  readonly mode: RunMode;
  readonly committed: (batch: CommittedBatch) => void;
  /** Called whenever the segment is further than before. */
  readonly moved: () => void;
}

/** Where the segment stands, and how it gets on: reads pages and commits them, and keeps account of both. */
export class SegmentBatches {
  private readonly calledOff = new AbortController();
  /** As the database has it. */
  private stored: Checkpoint | undefined;
  private known: Checkpoint | undefined;
  /** Applied, or passed over, up to here. */
  private reached = 0n;
  /** Read up to here, and handed over to be written. */
  private ahead = 0n;
  private storedAt = 0;
  /** Of the store, when the checkpoint was read that everything here began with. */
  private incarnation: string | undefined;
  /** The life of the server that the checkpoint was read in. */
  private server: string | undefined;
  /** Of the pages read since then, the furthest one's. */
  private witness: Witness | undefined;
  private readonly storeCheck: StoreCheck;
  private readonly prefetch: PagePrefetch;
  /** The batch being written while the next one is prepared. */
  private writing: { to: Checkpoint; done: Promise<void> } | undefined;
  /** Set until what failed ahead was gone through on its own. */
  private careful = false;
  /** How many events are tried at once while batches fail: less after each failure, more after each success. */
  private part = Infinity;
  /** Whether what is set aside is parked as this code does it. */
  private parkedAsNow = false;
  /** How often the next batch was tried in vain. */
  triedBefore = 0;

  constructor(private readonly parts: BatchesParts) {
    this.storeCheck = new StoreCheck(parts);
    this.prefetch = new PagePrefetch(parts);
  }

  /** `undefined` where it is not known, also since the store has begun again. */
  get position(): bigint | undefined {
    const current = this.known && this.incarnation === this.parts.watcher.incarnation;
    return current ? this.reached : undefined;
  }

  /** The position that the database has, as far as this loop knows. */
  get storedPosition(): bigint | undefined {
    return this.stored?.position;
  }

  get readingAt(): bigint | undefined {
    return this.known && this.ahead;
  }

  get replaying(): boolean {
    const { replayUntil } = this;
    return this.parts.mode.replays || (replayUntil !== undefined && this.ahead < replayUntil);
  }

  private get replayUntil(): bigint | undefined {
    return (this.writing?.to ?? this.known)?.replayUntil;
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
    this.stored = undefined;
    this.prefetch.forget();
    this.witness = undefined;
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
    const { mode, watcher } = this.parts;
    // Positions of another incarnation mean nothing in this one.
    if (this.stored && this.incarnation !== watcher.incarnation) await this.forget();
    this.stored ??= await this.load();
    if (mode.isOver?.(this.stored)) return undefined;
    if (this.ahead >= this.end || mode.isNear?.(this.ahead, this.end)) {
      await this.written();
      const { replayUntil, haltAt } = this.stored;
      await this.storePassed(mode.endsAtHead || replayUntil !== undefined || haltAt !== undefined);
      return undefined;
    }
    await this.storeCheck.assertSameStore(this.stored);
    const page = await this.takePage().catch((error: unknown) => this.storeBefore(error));
    if (page.events.length > 0) {
      this.prefetch.begin(page.through, this.bounds);
    } else {
      await this.written();
      this.reached = this.ahead = page.through;
      this.parts.moved();
      await this.storePassed(false);
    }
    return page;
  }

  /** Whether it waits for the other segments, to be cut anew. */
  get isHalted(): boolean {
    const haltAt = this.stored?.haltAt;
    return haltAt !== undefined && this.reached >= haltAt;
  }

  private get end(): bigint {
    const { head } = this.parts.watcher;
    const haltAt = this.stored?.haltAt;
    return haltAt !== undefined && haltAt < head ? haltAt : head;
  }

  private get bounds(): Bounds {
    return { upTo: this.end, incarnation: this.incarnation };
  }

  get checkpoint(): Checkpoint {
    return this.stored!;
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
    this.keep(this.ahead, events, through);
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
    this.writing = { to, done };
    this.ahead = through;
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
    const { cursor, transaction, budget } = this.parts;
    const stored = this.stored!;
    const batch = { events, replaying: true, attempt: 1, calledOff: this.signal };
    const fence = (manager: EntityManager) => cursor.advance(stored, stored, manager);
    await budget.use(() => transaction.rehearse(batch, fence));
  }

  /** Moves past an event that is not applied, with what `finish` does about it. */
  async pass(event: RecordedEvent, finish: (manager: EntityManager) => Promise<void>): Promise<void> {
    const { cursor, transaction, queue, budget } = this.parts;
    const from = this.stored!;
    const to = this.next(event.globalPosition, [event]);
    this.part = this.part < Infinity ? this.part * 2 : this.part;
    const nothing = { events: [], replaying: this.replaying, attempt: 1, calledOff: this.signal };
    const frame = { fence: (manager: EntityManager) => cursor.advance(from, to, manager), finish };
    await budget.use(() => transaction.apply(nothing, frame));
    this.stand(to);
    await queue.load();
  }

  /** The segment for an operator's order; to be called when nothing is being written. */
  async commandContext(): Promise<Omit<CommandContext, 'progressed'>> {
    const { cursor } = this.parts;
    const stored = (this.stored ??= await this.load());
    return {
      stored,
      epoch: cursor.epoch,
      calledOff: this.signal,
      triedBefore: this.triedBefore,
      hold: (manager) => cursor.advance(stored, stored, manager),
      move: (to, manager) => cursor.jump(stored, to, manager),
    };
  }

  private async begin(
    events: readonly RecordedEvent[],
    through: bigint,
    attempt: number,
  ): Promise<{ to: Checkpoint; done: Promise<void> }> {
    const { projection, transaction, queue, filter, pageSize, committed } = this.parts;
    const began = performance.now();
    const { replaying, signal: calledOff } = this;
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
    const from = this.stored!;
    const to = this.next(through, events);
    const write = async () => {
      await this.write(ready, from, to, (manager) => queue.hold(manager, hold, replaying));
      this.stand(to);
      pageSize.applied(events.length, performance.now() - began);
      committed({ projection, position: to.position, events: apply, replaying });
      await transaction.runEffects(ready);
    };
    return { to, done: write() };
  }

  private write(
    ready: ReadyBatch,
    from: Checkpoint,
    to: Checkpoint,
    finish: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    const { cursor, transaction, budget } = this.parts;
    const fence = (manager: EntityManager) => cursor.advance(from, to, manager);
    return budget.use(() => transaction.commit(ready, { fence, finish }));
  }

  /** Waits for the batch being written. */
  private async written(): Promise<void> {
    const { writing } = this;
    this.writing = undefined;
    try {
      await writing?.done;
    } catch (cause) {
      this.careful = true;
      throw new WriteAheadFailed(cause);
    }
  }

  private async load(): Promise<Checkpoint> {
    const { cursor, watcher, queue } = this.parts;
    const { incarnation } = watcher;
    const checkpoint = await cursor.load(this.known);
    await queue.load();
    // What is kept in memory alone goes with the life of the store that it was loaded in.
    if (cursor.server === undefined && watcher.incarnation !== incarnation) return this.load();
    await this.parkAsNow(checkpoint);
    // Whatever was read of the store in an earlier life of the server is not what the checkpoint goes with.
    if (cursor.server !== this.server) await watcher.refresh();
    this.server = cursor.server;
    await this.storeCheck.assertWithinStore(checkpoint);
    await this.storeCheck.assertSameStore(checkpoint);
    this.incarnation = watcher.incarnation;
    this.stand(checkpoint);
    this.ahead = checkpoint.position;
    return checkpoint;
  }

  /** What is set aside may be parked by what other code made of it; this code does so until it ends. */
  private async parkAsNow(at: Checkpoint): Promise<void> {
    const { cursor, transaction, queue } = this.parts;
    if (this.parkedAsNow) return;
    const keys = await queue.parkedOtherwise();
    if (keys.size > 0) {
      const nothing = { events: [], replaying: false, attempt: 1, calledOff: this.signal };
      await transaction.apply(nothing, {
        fence: (manager) => cursor.advance(at, at, manager),
        finish: (manager) => queue.park(manager, keys),
      });
      await queue.load();
    }
    this.parkedAsNow = true;
  }

  /** The checkpoint to write when everything up to `through` is applied, or passed over, of which these events are the last. */
  private next(through: bigint, events: readonly RecordedEvent[]): Checkpoint {
    const from = this.stored!;
    const witness = lastWitness(through, from.witness, this.witness, witnessOf(events.at(-1)));
    return { ...this.parts.mode.next(from, through), haltAt: from.haltAt, witness };
  }

  private stand(at: Checkpoint): void {
    this.stored = at;
    this.known = at;
    this.reached = at.position;
    if (this.ahead < at.position) this.ahead = at.position;
    this.storedAt = performance.now();
    this.parts.moved();
  }

  /** Whoever skips the event passes over nothing else then. */
  private async storeBefore(error: unknown): Promise<never> {
    if (error instanceof UnreadableEventError) {
      await this.written();
      await this.storePassed(true);
    }
    throw error;
  }

  private async storePassed(now: boolean): Promise<void> {
    const from = this.stored!;
    const to = this.next(this.reached, []);
    const due = now || performance.now() - this.storedAt >= SKIP_INTERVAL_MS;
    if (!due || (to.position === from.position && to.replayUntil === from.replayUntil)) return;
    await this.parts.cursor.advance(from, to);
    this.stand(to);
  }

  private async takePage(): Promise<EventPage> {
    const page = await this.prefetch.take(this.ahead, this.bounds);
    this.witness = page.witness ?? this.witness;
    const most = Math.min(this.parts.pageSize.batch, this.part, this.withinReplay(page.events));
    if (page.events.length <= most) return page;
    const through = most === 0 ? this.replayUntil! : page.events[most - 1]!.globalPosition;
    this.keep(through, page.events.slice(most), page.through);
    return { ...page, events: page.events.slice(0, most), through };
  }

  /** How many of the events are up to where a replay ends: what comes after it is no history, and no part of its batch. */
  private withinReplay(events: readonly RecordedEvent[]): number {
    const { replayUntil } = this;
    const last = events.at(-1);
    if (replayUntil === undefined || this.ahead >= replayUntil || !last || last.globalPosition <= replayUntil)
      return Infinity;
    return events.findIndex(({ globalPosition }) => globalPosition > replayUntil);
  }
}
