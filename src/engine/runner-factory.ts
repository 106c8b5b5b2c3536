import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { ConnectionBudget } from '../database/connection-budget';
import type { SegmentId } from '../state/segment-id';
import { storableText } from '../state/storable-text';
import type { BatchAppliers } from './applying/batch-appliers';
import { BatchTransaction } from './applying/batch-transaction';
import type { CommittedBatch } from './applying/committed-batch';
import type { EngineState } from './coordination/engine-state';
import { failurePolicy } from './failures/failure-policy';
import { LeaseLost } from './failures/lost-claims';
import { TroubleReporter } from './failures/trouble-reporter';
import { DeadLetterQueue } from './letters/dead-letter-queue';
import { PageSize } from './reading/page-size';
import { SegmentFilter } from './reading/segment-filter';
import type { ManagedProjection } from './segment/managed-projection';
import { PageRecovery, type RecoveryParts } from './segment/page-recovery';
import type { RunMode } from './segment/run-mode';
import { SegmentBatches } from './segment/segment-batches';
import { SegmentCommands } from './segment/segment-commands';
import { type SegmentCursor, StoredCursor } from './segment/segment-cursor';
import { SegmentRunner } from './segment/segment-runner';
import type { ProgressWaits } from './waits/progress-waits';

export interface RunnerParts {
  readonly dataSource: DataSource;
  readonly state: EngineState;
  readonly budget: ConnectionBudget;
  readonly appliers: BatchAppliers;
  readonly waits: ProgressWaits;
  readonly maxBatchBytes: number;
  readonly isTransient: (error: unknown) => boolean;
  /** How often the projection was sent back to its beginning, or resumed, by the last look at the database. */
  readonly generationOf: (projection: string) => number;
}

/** Puts together what runs a segment. */
export class RunnerFactory {
  private readonly logger = new Logger('Projection');
  private readonly pageSizes = new Map<string, PageSize>();

  constructor(private readonly parts: RunnerParts) {}

  /** @param segments into how many the projection is cut */
  make(
    projection: ManagedProjection,
    id: SegmentId,
    segments: number,
    cursor: SegmentCursor,
    mode: RunMode,
  ): SegmentRunner {
    const { definition, reader } = projection;
    const { watcher, feed } = reader;
    const { name, types, segmentBy, handlerTimeoutMs } = definition;
    const { dataSource, state, budget, waits } = this.parts;
    const policy = failurePolicy(definition, this.parts.isTransient);
    const unawaited = (error: Error): void =>
      void halt(error).catch((cause: unknown) =>
        this.logger.error(`${error.message}, which could not be stored: ${String(cause)}`),
      );
    const applier = this.parts.appliers.make(definition, unawaited);
    const standsAt = (): bigint | undefined => batches.progress.readingAt;
    const transaction = new BatchTransaction(dataSource, name, applier, handlerTimeoutMs, standsAt);
    const queue = new DeadLetterQueue(id, state.deadLetters, policy, transaction);
    const halt = async (error: Error, before?: bigint) => {
      const isOurs = await this.halt(
        projection,
        id,
        cursor.epoch,
        error,
        before,
        batches.progress.storedPosition,
      );
      if (!isOurs) throw new LeaseLost();
      runner.halted();
      waits.look();
    };
    const committed = (batch: CommittedBatch) => {
      runner.beat();
      waits.committed(projection, batch);
      projection.committed(batch);
    };
    const batches: SegmentBatches = new SegmentBatches({
      projection: name,
      types,
      feed,
      filter: new SegmentFilter(name, id.segment, segments, segmentBy),
      watcher,
      transaction,
      cursor,
      queue,
      mode,
      pageSize: this.pageSizeOf(definition, segments),
      budget,
      committed,
      moved: () => waits.moved(projection),
    });
    const { pipeline } = batches;
    const mayRetryIn: RecoveryParts['mayRetryIn'] = (ms, trouble) => runner.mayRetryIn(ms, trouble);
    const recovery = new PageRecovery({
      projection: name,
      batches,
      pipeline,
      queue,
      policy,
      halt,
      mayRetryIn,
    });
    const { commands, control, audits } = state;
    const runner: SegmentRunner = new SegmentRunner({
      projection: name,
      types,
      watcher,
      policy,
      mode,
      cursor,
      batches,
      pipeline,
      recovery,
      commands: new SegmentCommands(commands, control, audits, queue, transaction, policy.isTransient),
      reporter: this.reporterOf(id, cursor),
      halt,
    });
    return runner;
  }

  /** Trouble is told to other instances where there is a checkpoint that they look at. */
  private reporterOf(id: SegmentId, cursor: SegmentCursor): TroubleReporter {
    return new TroubleReporter(async (trouble) => {
      if (!(cursor instanceof StoredCursor)) return;
      const stored = trouble && {
        name: trouble.name,
        message: trouble.message,
        at: trouble.at.toISOString(),
      };
      await this.parts.state.troubles.set(id, cursor.epoch, stored);
    });
  }

  /** One for all segments that run here: they share reads where they ask for the same. */
  private pageSizeOf({ name, batchSize }: ProjectionDefinition, segments: number): PageSize {
    const known = this.pageSizes.get(name);
    if (known?.segments === segments) return known;
    const pageSize = new PageSize(batchSize, this.parts.maxBatchBytes, segments);
    this.pageSizes.set(name, pageSize);
    return pageSize;
  }

  /** @returns `false` where the segment is another's by now */
  private async halt(
    projection: ManagedProjection,
    { projection: name, segment }: SegmentId,
    epoch: bigint | undefined,
    error: Error,
    before: bigint | undefined,
    after: bigint | undefined,
  ): Promise<boolean> {
    const { state, generationOf } = this.parts;
    const failure = {
      name: storableText(error.name),
      message: storableText(error.message),
      at: new Date().toISOString(),
      instance: state.instance,
      position: before === undefined ? undefined : String(before),
      after: after === undefined ? undefined : String(after),
      segment,
    };
    if (epoch !== undefined) return state.control.halt(name, failure, epoch);
    projection.liveStop = { failure, generation: generationOf(name) };
    return true;
  }
}
