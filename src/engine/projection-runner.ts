import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { EventPage, EventSource } from '../events/event-source';
import type { Checkpoint } from '../state/checkpoint.store';
import type { Batch, BatchTransaction } from './batch-transaction';
import type { CommittedBatch } from './committed-batch';
import { CheckpointMoved, type Cursor } from './cursor';
import { CheckpointBeyondStoreError, HandlerFailedError } from './engine.errors';
import type { HeadWatcher } from './head-watcher';
import type { RunMode } from './run-mode';

/** A loop with nothing to do turns this often, so that its heartbeat tells a quiet one from a hung one. */
const IDLE_TURN_MS = 1_000;
/** How often a checkpoint that moved over foreign events alone is written. */
const SKIP_INTERVAL_MS = 1_000;
const RETRY_MS = { min: 50, max: 5_000 };

export interface RunnerParts {
  readonly definition: ProjectionDefinition;
  readonly source: EventSource;
  readonly watcher: HeadWatcher;
  readonly transaction: BatchTransaction;
  readonly cursor: Cursor;
  readonly mode: RunMode;
  readonly batchSize: number;
  readonly committed: (batch: CommittedBatch) => void;
}

/** One projection's loop: read a page, apply it in a transaction with the checkpoint, wait for more. */
export class ProjectionRunner {
  private readonly logger = new Logger(ProjectionRunner.name);
  private readonly stopping = new AbortController();
  private readonly given = new AbortController();
  /** As the database has it. */
  private stored: Checkpoint | undefined;
  private reached = 0n;
  private storedAt = 0;
  private prefetched: { after: bigint; page: Promise<EventPage> } | undefined;
  private failures = 0;

  private beatAt = Date.now();

  constructor(private readonly parts: RunnerParts) {}

  /** Everything handled up to here is applied, as far as this process knows. */
  get position(): bigint {
    return this.reached;
  }

  get replaying(): boolean {
    const until = this.stored?.replayUntil;
    return this.parts.mode.replays || (until !== undefined && this.reached < until);
  }

  get heartbeatAgeMs(): number {
    return Date.now() - this.beatAt;
  }

  /** Resolves when the mode ends the run or it was stopped; rejects with what the projection cannot get past. */
  async run(): Promise<void> {
    for (;;) {
      this.beatAt = Date.now();
      if (this.stopping.signal.aborted) return;
      try {
        if (await this.turn()) return;
        this.failures = 0;
      } catch (error) {
        this.stored = undefined;
        this.prefetched = undefined;
        if (error instanceof CheckpointMoved) continue;
        if (error instanceof HandlerFailedError || error instanceof CheckpointBeyondStoreError) throw error;
        await this.backOff(error);
      }
    }
  }

  /**
   * Ends the loop after the batch in flight.
   * @param graceMs after this long the batch's signal aborts, and the batch is left to be rolled back
   */
  stop(graceMs: number): void {
    this.stopping.abort();
    setTimeout(() => this.given.abort(), graceMs).unref();
  }

  private async turn(): Promise<boolean> {
    const { cursor, watcher, mode } = this.parts;
    const stored = (this.stored ??= await this.load());
    if (this.reached >= watcher.head) {
      await this.storeSkipped(stored, mode.endsAtHead || stored.replayUntil !== undefined);
      if (await mode.atHead(this.stored ?? stored)) return true;
      await watcher.beyond(this.reached, IDLE_TURN_MS, this.stopping.signal);
      return false;
    }
    const page = await this.takePage();
    if (page.events.length === 0) {
      this.reached = page.through;
      await this.storeSkipped(stored, false);
      return false;
    }
    this.prefetch(page);
    const to = mode.next(stored, page.through);
    const replaying = this.replaying;
    const batch: Batch = { events: page.events, replaying, signal: this.given.signal };
    await this.parts.transaction.apply(batch, (manager) => cursor.advance(stored, to, manager));
    this.stood(to);
    const { name } = this.parts.definition;
    this.parts.committed({ projection: name, position: to.position, events: page.events, replaying });
    return false;
  }

  private async load(): Promise<Checkpoint> {
    const { cursor, definition, watcher } = this.parts;
    const known = this.storedAt > 0 ? { position: this.reached, replayUntil: undefined } : undefined;
    const checkpoint = await cursor.load(known);
    if (checkpoint.position > watcher.head && this.storedAt === 0)
      throw new CheckpointBeyondStoreError(definition.name, checkpoint.position, watcher.head);
    this.stood(checkpoint);
    return checkpoint;
  }

  private stood(at: Checkpoint): void {
    this.stored = at;
    this.reached = at.position;
    this.storedAt = Date.now();
  }

  private async storeSkipped(stored: Checkpoint, now: boolean): Promise<void> {
    const to = this.parts.mode.next(stored, this.reached);
    const due = now || Date.now() - this.storedAt >= SKIP_INTERVAL_MS;
    if (!due || (to.position === stored.position && to.replayUntil === stored.replayUntil)) return;
    await this.parts.cursor.advance(stored, to);
    this.stood(to);
  }

  private takePage(): Promise<EventPage> {
    const { prefetched } = this;
    this.prefetched = undefined;
    return prefetched?.after === this.reached ? prefetched.page : this.read(this.reached);
  }

  /** Reads on while the page is applied; if that fails, so will the turn that wants it, and not before. */
  private prefetch({ through }: EventPage): void {
    if (through >= this.parts.watcher.head) return;
    const page = this.read(through);
    page.catch(() => undefined);
    this.prefetched = { after: through, page };
  }

  private read(after: bigint): Promise<EventPage> {
    const { source, watcher, definition, batchSize } = this.parts;
    return source.readPage({ after, upTo: watcher.head, types: definition.types, limit: batchSize });
  }

  private async backOff(error: unknown): Promise<void> {
    const wait = Math.min(RETRY_MS.min * 2 ** this.failures++, RETRY_MS.max);
    this.logger.warn(
      `Projection "${this.parts.definition.name}" tries again in ${wait} ms: ${String(error)}`,
    );
    await delay(wait, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
