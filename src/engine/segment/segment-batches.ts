import type { EventPage } from '../../events/event-source';
import type { RecordedEvent } from '../../events/recorded-event';
import { UnreadableEventError } from '../../events/unreadable-event.error';
import type { Checkpoint } from '../../state/checkpoint.store';
import { parkAsNow } from '../letters/park-as-now';
import { PagePrefetch, type PrefetchParts } from '../reading/page-prefetch';
import { BatchPipeline, type PipelineParts } from './batch-pipeline';
import type { CommandContext } from './segment-commands';
import { type ProgressParts, SegmentProgress } from './segment-progress';
import { StoreCheck } from './store-check';

export interface BatchesParts extends PrefetchParts, ProgressParts, PipelineParts {}

/** The pages of a segment one after the other, each from where its progress stands, and what that begins with. */
export class SegmentBatches {
  readonly progress: SegmentProgress;
  private readonly calledOff = new AbortController();
  /** The life of the server that the checkpoint was read in. */
  private server: string | undefined;
  private readonly storeCheck: StoreCheck;
  private readonly prefetch: PagePrefetch;
  readonly pipeline: BatchPipeline;
  /** Whether what is set aside is parked as this code does it. */
  private parkedAsNow = false;

  constructor(private readonly parts: BatchesParts) {
    this.progress = new SegmentProgress(parts);
    this.storeCheck = new StoreCheck(parts);
    this.prefetch = new PagePrefetch(parts);
    this.pipeline = new BatchPipeline(parts, this.progress, this.signal);
  }

  get signal(): AbortSignal {
    return this.calledOff.signal;
  }

  callOff(): void {
    this.calledOff.abort();
  }

  /** Ends what is being written and forgets all that is not in the database. */
  async forget(): Promise<void> {
    await this.pipeline.finish();
    this.progress.forget();
    this.prefetch.forget();
    this.parts.transaction.reset();
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
      await this.pipeline.written();
      const { replayUntil, haltAt } = progress.checkpoint!;
      await progress.storePassed(mode.endsAtHead || replayUntil !== undefined || haltAt !== undefined);
      return undefined;
    }
    const page = await this.takePage().catch((error: unknown) => this.storeBefore(error));
    if (page.events.length > 0) {
      this.prefetch.begin(page.through, progress.bounds);
    } else {
      await this.pipeline.written();
      progress.passed(page.through);
      await progress.storePassed(false);
    }
    return page;
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

  /** The segment for an operator's order; to be called when nothing is being written. */
  async commandContext(): Promise<Omit<CommandContext, 'progressed' | 'ending'>> {
    const { cursor } = this.parts;
    const stored = this.progress.checkpoint ?? (await this.load());
    return {
      stored,
      epoch: cursor.epoch,
      calledOff: this.signal,
      triedBefore: this.pipeline.triedBefore,
      hold: this.pipeline.fence(stored, stored),
      move: (to, manager) => cursor.jump(stored, to, manager),
    };
  }

  private async load(): Promise<Checkpoint> {
    const { cursor, watcher, queue, transaction } = this.parts;
    const { incarnation } = watcher;
    const checkpoint = await cursor.load(this.progress.known);
    await queue.load();
    // What is kept in memory alone goes with the life of the store that it was loaded in.
    if (cursor.server === undefined && watcher.incarnation !== incarnation) return this.load();
    if (!this.parkedAsNow)
      await parkAsNow(queue, transaction, this.pipeline.fence(checkpoint, checkpoint), this.signal);
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
      await this.pipeline.written();
      await this.progress.storePassed(true);
    }
    throw error;
  }

  private async takePage(): Promise<EventPage> {
    const { progress } = this;
    const page = await this.prefetch.take(progress.readingAt!, progress.bounds);
    progress.saw(page);
    const most = Math.min(this.pipeline.most, progress.withinReplay(page.events));
    if (page.events.length <= most) return page;
    const through = most === 0 ? progress.replayUntil! : page.events[most - 1]!.globalPosition;
    this.keep(through, page.events.slice(most), page.through);
    return { ...page, events: page.events.slice(0, most), through };
  }
}
