import type { DataSource, EntityManager } from 'typeorm';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { EventSource } from '../events/event-source';
import { EventStore } from '../events/event-store';
import { CheckpointStore } from '../state/checkpoint.store';
import { BatchTransaction } from './batch-transaction';
import type { CommittedBatch } from './committed-batch';
import { type Cursor, StoredCursor, VolatileCursor } from './cursor';
import { UnknownProjectionError, UnsupportedOperationError } from './engine.errors';
import { HeadWatcher, type PollInterval } from './head-watcher';
import { INLINE_BEHIND, InlineProjection } from './inline-projection';
import { ManagedProjection } from './managed-projection';
import { ProjectionRunner } from './projection-runner';
import { readModelTables } from './read-model-tables';
import { catchingUpTo, following, type RunMode } from './run-mode';

export interface EngineOptions {
  readonly batchSize: number;
  readonly pollInterval: PollInterval;
}

/** Starts and stops the projections of this process, and empties them for a rebuild. */
export class ProjectionEngine {
  readonly watcher: HeadWatcher;
  readonly checkpoints: CheckpointStore;
  private readonly projections = new Map<string, ManagedProjection>();
  private readonly inline = new Map<string, InlineProjection>();

  constructor(
    private readonly dataSource: DataSource,
    readonly source: EventSource,
    private readonly options: EngineOptions,
  ) {
    this.watcher = new HeadWatcher(source, options.pollInterval);
    this.checkpoints = new CheckpointStore(dataSource);
  }

  /** @throws UnknownReadModelError, UnsupportedOperationError on what is declared wrongly */
  register(definitions: readonly ProjectionDefinition[]): void {
    for (const definition of definitions) {
      readModelTables(this.dataSource, definition);
      const transaction = new BatchTransaction(this.dataSource, definition);
      if (definition.type === 'inline') this.registerInline(definition, transaction);
      const managed = new ManagedProjection(definition, (mode, committed) =>
        this.makeRunner(definition, transaction, mode, committed),
      );
      this.projections.set(definition.name, managed);
    }
  }

  async start(): Promise<void> {
    await this.source.open(await this.checkpoints.highest());
    await this.watcher.start();
    for (const projection of this.projections.values())
      if (projection.definition.type !== 'catch-up') void projection.start(this.modeOf(projection));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.projections.values()].map((projection) => projection.stop()));
    this.watcher.stop();
  }

  get all(): readonly ManagedProjection[] {
    return [...this.projections.values()];
  }

  /** @throws UnknownProjectionError */
  get(name: string): ManagedProjection {
    const projection = this.projections.get(name);
    if (!projection) throw new UnknownProjectionError(name, [...this.projections.keys()]);
    return projection;
  }

  /** Runs a `catch-up` projection to the given position. */
  catchUp(projection: ManagedProjection, target: bigint): Promise<void> {
    return projection.start(catchingUpTo(target));
  }

  /**
   * Stops the loop, empties the read models and sets the checkpoint to the start, all or nothing, and starts the loop
   * again: whoever finds the checkpoint next, this process or another, replays up to `target`.
   * @returns the end of the loop, which for a persistent projection does not come by itself
   */
  async restartFromScratch(projection: ManagedProjection, target: bigint): Promise<{ ended: Promise<void> }> {
    await projection.stop();
    await this.empty(projection.definition, target);
    const catchesUp = projection.definition.type === 'catch-up';
    return { ended: projection.start(catchesUp ? catchingUpTo(target) : this.modeOf(projection)) };
  }

  private async empty(definition: ProjectionDefinition, replayUntil: bigint): Promise<void> {
    const tables = readModelTables(this.dataSource, definition);
    const work = async (manager: EntityManager) => {
      // The checkpoint first: its lock is the one a batch takes first too.
      await this.checkpoints.reset(manager, definition.name, { position: 0n, replayUntil });
      if (tables.length > 0) await manager.query(`TRUNCATE ${tables.join(', ')}`);
    };
    const inline = this.inline.get(definition.name);
    if (!inline) await this.dataSource.transaction('READ COMMITTED', work);
    else while (!(await inline.alone(work)));
  }

  private registerInline(definition: ProjectionDefinition, transaction: BatchTransaction): void {
    if (!(this.source instanceof EventStore))
      throw new UnsupportedOperationError(
        'be inline',
        definition.name,
        'its events come from a source that cannot append',
      );
    const inline = new InlineProjection(
      definition,
      this.dataSource,
      this.source,
      this.checkpoints,
      transaction,
    );
    this.inline.set(definition.name, inline);
    this.source.addParticipant(inline);
  }

  private modeOf({ definition }: ManagedProjection): RunMode {
    return this.inline.get(definition.name) ?? following;
  }

  private makeRunner(
    definition: ProjectionDefinition,
    transaction: BatchTransaction,
    mode: RunMode,
    committed: (batch: CommittedBatch) => void,
  ): ProjectionRunner {
    return new ProjectionRunner({
      definition,
      source: this.source,
      watcher: this.watcher,
      transaction,
      cursor: this.cursorOf(definition),
      mode,
      batchSize: definition.options.batchSize ?? this.options.batchSize,
      committed,
    });
  }

  private cursorOf({ name, type }: ProjectionDefinition): Cursor {
    if (type === 'live') return new VolatileCursor(() => this.watcher.head);
    const initial = type === 'inline' ? INLINE_BEHIND : { position: 0n, replayUntil: undefined };
    return new StoredCursor(this.checkpoints, name, initial);
  }
}
