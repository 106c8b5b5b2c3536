import { memorySource } from 'nestjs-projections/testing';
import type { RecordedEvent } from 'nestjs-projections';
import type { DataSource, EntityManager } from 'typeorm';
import { ConnectionBudget } from '../../../src/database/connection-budget';
import type { Batch, BatchApplier, PreparedBatch } from '../../../src/engine/applying/batch';
import {
  type BatchFrame,
  BatchTransaction,
  type ReadyBatch,
} from '../../../src/engine/applying/batch-transaction';
import type { FailurePolicy } from '../../../src/engine/failures/failure-policy';
import { HandlerFailedError } from '../../../src/engine/failures/handler-failed.error';
import { CheckpointMoved } from '../../../src/engine/failures/lost-claims';
import { TroubleReporter } from '../../../src/engine/failures/trouble-reporter';
import type { DeadLetterQueue } from '../../../src/engine/letters/dead-letter-queue';
import { PageSize } from '../../../src/engine/reading/page-size';
import { SegmentFilter } from '../../../src/engine/reading/segment-filter';
import { SourceReader } from '../../../src/engine/reading/source-reader';
import { PageRecovery } from '../../../src/engine/segment/page-recovery';
import { following } from '../../../src/engine/segment/run-mode';
import { SegmentBatches } from '../../../src/engine/segment/segment-batches';
import type { SegmentCommands } from '../../../src/engine/segment/segment-commands';
import type { SegmentCursor } from '../../../src/engine/segment/segment-cursor';
import { SegmentRunner } from '../../../src/engine/segment/segment-runner';
import type { Checkpoint, Fenced } from '../../../src/state/checkpoint.store';

/** What a database would hold. */
interface Stored {
  checkpoint: Checkpoint;
  applied: bigint[];
  letters: bigint[];
}

/** What a test has go wrong; each throws, or waits. */
export interface Mishaps {
  /** In the handler of an event. */
  handle?: (event: RecordedEvent, batch: Batch) => void;
  /** Where the checkpoint is loaded. */
  load?: () => void;
  /** In the transaction of a batch, before it commits. */
  commit?: (positions: readonly bigint[]) => Promise<void> | void;
}

const FENCED: Fenced = { backend: 1, transaction: '1' };

/** A manager stands for what its transaction is about to store. */
const draftOf = (manager: EntityManager) => manager as unknown as Stored;

/** A segment's loop as it is, on a source, a transaction and a checkpoint in memory. */
export class MemorySegment {
  readonly source = memorySource();
  readonly mishaps: Mishaps = {};
  stored: Stored = { checkpoint: { position: 0n, replayUntil: undefined }, applied: [], letters: [] };
  readonly stops: Error[] = [];
  /** The positions of each batch that a transaction was begun for. */
  readonly tries: bigint[][] = [];
  readonly runner: SegmentRunner;
  readonly batches: SegmentBatches;
  private readonly reader: SourceReader;
  private ended: Promise<void> | undefined;

  constructor({ attempts = 2, batchSize = 100, worksAhead = true, onError = 'dead-letter' as const } = {}) {
    const projection = 'p';
    const budget = new ConnectionBudget(5);
    const pollInterval = { min: 1, max: 5 };
    this.reader = new SourceReader({
      name: undefined,
      source: this.source,
      pollInterval,
      budget,
      loops: () => [this.runner],
      isRead: () => true,
    });
    const { watcher, feed } = this.reader;
    const policy: FailurePolicy = {
      attempts,
      backoff: { minMs: 1, maxMs: 1 },
      onError,
      maxDeadLetters: Infinity,
      parkBy: ({ streamId }) => streamId,
      isTransient: (error) => error instanceof PassesByItself,
    };
    const transaction = this.transaction(projection, worksAhead);
    const queue = this.queue();
    const cursor = this.cursor();
    const halt = (error: Error) => {
      this.stops.push(error);
      this.runner.halted();
      return Promise.resolve();
    };
    this.batches = new SegmentBatches({
      projection,
      types: undefined,
      feed,
      filter: new SegmentFilter(projection, 0, 1, ({ streamId }) => streamId),
      watcher,
      transaction,
      cursor,
      queue,
      mode: following,
      pageSize: new PageSize(batchSize, 1_000_000),
      budget,
      committed: () => undefined,
      moved: () => undefined,
    });
    const { pipeline } = this.batches;
    const parts = { projection, batches: this.batches, pipeline, policy, halt };
    const recovery = new PageRecovery({
      ...parts,
      queue,
      mayRetryIn: (ms, trouble) => this.runner.mayRetryIn(ms, trouble),
    });
    this.runner = new SegmentRunner({
      ...parts,
      types: undefined,
      watcher,
      mode: following,
      cursor,
      recovery,
      commands: { hasDone: () => true } as unknown as SegmentCommands,
      reporter: new TroubleReporter(() => Promise.resolve()),
    });
  }

  async start(): Promise<void> {
    await this.reader.watcher.start();
    this.ended = this.runner.run();
  }

  async stop(): Promise<void> {
    this.runner.stop();
    await this.ended;
    this.reader.watcher.stop();
  }

  append(count: number): bigint {
    for (let n = 1; n < count; n++) this.source.append('s', 'Happened', { n });
    return this.source.append('s', 'Happened', {});
  }

  private cursor(): SegmentCursor {
    return {
      epoch: 1n,
      server: 'one',
      load: async () => {
        this.mishaps.load?.();
        return this.stored.checkpoint;
      },
      advance: (from, to, manager) => {
        const into = manager ? draftOf(manager) : this.stored;
        if (into.checkpoint.position !== from.position) return Promise.reject(new CheckpointMoved());
        into.checkpoint = to;
        return Promise.resolve(FENCED);
      },
      jump: () => Promise.resolve(FENCED),
    };
  }

  private queue(): DeadLetterQueue {
    return {
      load: () => Promise.resolve(),
      part: (events: readonly RecordedEvent[]) => ({ apply: events, hold: [] }),
      hold: () => Promise.resolve(),
      isFull: () => Promise.resolve(false),
      add: (manager: EntityManager, { event }: HandlerFailedError) => {
        draftOf(manager).letters.push(event.globalPosition);
        return Promise.resolve();
      },
      parkedOtherwise: () => Promise.resolve(new Map()),
    } as unknown as DeadLetterQueue;
  }

  private transaction(projection: string, worksAhead: boolean): BatchTransaction {
    const applier: BatchApplier = {
      worksAhead,
      prepare: (batch) => Promise.resolve(this.prepared(projection, batch)),
      reset: () => undefined,
    };
    const transact = (ready: ReadyBatch, frame: BatchFrame) => this.transact(ready, frame);
    return new (class extends BatchTransaction {
      override async commit(ready: ReadyBatch, frame: BatchFrame): Promise<void> {
        await transact(ready, frame);
      }
    })({} as DataSource, projection, applier, 1000, () => undefined);
  }

  private prepared(projection: string, batch: Batch): PreparedBatch {
    for (const event of batch.events)
      try {
        this.mishaps.handle?.(event, batch);
      } catch (error) {
        throw new HandlerFailedError(projection, 'handle', event, error);
      }
    const positions = batch.events.map(({ globalPosition }) => globalPosition);
    const write = async (manager: EntityManager) => {
      this.tries.push(positions);
      await this.mishaps.commit?.(positions);
      batch.calledOff.throwIfAborted();
      draftOf(manager).applied.push(...positions);
    };
    return { write, committed: () => undefined };
  }

  /** All of it is stored, or nothing. */
  private async transact({ prepared }: ReadyBatch, frame: BatchFrame): Promise<void> {
    const { checkpoint, applied, letters } = this.stored;
    const draft: Stored = { checkpoint, applied: [...applied], letters: [...letters] };
    const manager = draft as unknown as EntityManager;
    await prepared.write(manager, await frame.fence(manager));
    await frame.finish?.(manager);
    if (this.stored.checkpoint !== checkpoint) throw new CheckpointMoved();
    this.stored = draft;
    prepared.committed(FENCED);
  }
}

export class PassesByItself extends Error {}
