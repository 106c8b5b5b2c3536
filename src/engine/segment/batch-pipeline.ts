import type { EntityManager } from 'typeorm';
import type { ConnectionBudget } from '../../database/connection-budget';
import type { RecordedEvent } from '../../events/recorded-event';
import type { Checkpoint } from '../../state/checkpoint.store';
import type { BatchTransaction, ReadyBatch } from '../applying/batch-transaction';
import type { CommittedBatch } from '../applying/committed-batch';
import { WriteAheadFailed } from '../failures/write-ahead-failed';
import type { DeadLetterQueue, HeldEvent } from '../letters/dead-letter-queue';
import type { PageSize } from '../reading/page-size';
import type { SegmentFilter } from '../reading/segment-filter';
import type { SegmentCursor } from './segment-cursor';
import type { SegmentProgress } from './segment-progress';

export interface PipelineParts {
  readonly projection: string;
  readonly transaction: BatchTransaction;
  readonly queue: DeadLetterQueue;
  readonly filter: SegmentFilter;
  readonly pageSize: PageSize;
  readonly budget: ConnectionBudget;
  readonly cursor: SegmentCursor;
  readonly committed: (batch: CommittedBatch) => void;
}

/**
 * Batches on their way into the database. It is idle; or it writes one batch, while the next one is prepared; or, once one
 * failed that was written so, it is careful and takes the next by itself. While batches fail they are parts of what was
 * read, smaller after each failure and larger after each success.
 */
export class BatchPipeline {
  /** The batch being written while the next one is prepared. */
  private writing: Promise<void> | undefined;
  /** Set until what failed ahead was gone through on its own. */
  private careful = false;
  private part = Infinity;
  /** How often the next batch was tried in vain. */
  triedBefore = 0;

  constructor(
    private readonly parts: PipelineParts,
    private readonly progress: SegmentProgress,
    /** Aborts when the batch in flight is to be rolled back. */
    private readonly calledOff: AbortSignal,
  ) {}

  /** How many events a batch may have now. */
  get most(): number {
    return Math.min(this.parts.pageSize.batch, this.part);
  }

  /** Has batches that follow a failed one be smaller, so that what is good gets on and what is not is closed in on. */
  shrink(failed: number): void {
    this.part = Math.max(1, Math.floor(failed / 2));
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
    const batch = { events, replaying: true, attempt: 1, calledOff: this.calledOff };
    const stored = this.progress.checkpoint!;
    await budget.use(() => transaction.rehearse(batch, this.fence(stored, stored)));
  }

  /** Moves past an event that is not applied, with what `finish` does about it. */
  async pass(event: RecordedEvent, finish: (manager: EntityManager) => Promise<void>): Promise<void> {
    const { progress } = this;
    const { transaction, queue, budget } = this.parts;
    const to = progress.next(event.globalPosition, [event]);
    this.part = this.part < Infinity ? this.part * 2 : this.part;
    const nothing = { events: [], replaying: progress.replaying, attempt: 1, calledOff: this.calledOff };
    const frame = { fence: this.fence(progress.checkpoint!, to), finish };
    await budget.use(() => transaction.apply(nothing, frame));
    progress.stand(to);
    await queue.load();
  }

  /** What claims the way from one checkpoint to another, in the transaction that goes it. */
  fence(from: Checkpoint, to: Checkpoint) {
    return (manager: EntityManager) => this.parts.cursor.advance(from, to, manager);
  }

  /** Resolves when nothing is being written, however that ended. */
  async finish(): Promise<void> {
    await this.written().catch(() => undefined);
  }

  /**
   * Resolves when nothing is being written.
   * @throws WriteAheadFailed
   */
  async written(): Promise<void> {
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

  private async begin(
    events: readonly RecordedEvent[],
    through: bigint,
    attempt: number,
  ): Promise<{ to: Checkpoint; done: Promise<void> }> {
    const { projection, transaction, queue, filter, pageSize, budget, cursor, committed } = this.parts;
    const { progress, calledOff } = this;
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
    const claim = hold.length === 0 ? cursor.claim?.(from, to) : undefined;
    const write = async () => {
      await budget.use(() => transaction.commit(ready, { fence, claim, finish }));
      progress.stand(to);
      pageSize.applied(events.length, performance.now() - began);
      committed({ projection, position: to.position, events: apply, replaying });
      await transaction.runEffects(ready);
    };
    return { to, done: write() };
  }
}
