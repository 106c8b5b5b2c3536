import type { DataSource, EntityManager } from 'typeorm';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { EventSource } from '../events/event-source';
import { EventStore } from '../events/event-store';
import type { RecordedEvent } from '../events/recorded-event';
import type { Lease } from '../state/lease.store';
import type { SegmentId } from '../state/segment-id';
import { BatchTransaction } from './batch-transaction';
import { ConnectionBudget } from './connection-budget';
import { type Candidate, Coordinator } from './coordinator';
import { DeadLetterQueue } from './dead-letter-queue';
import { UnknownProjectionError, UnsupportedOperationError } from './engine.errors';
import type { EngineOptions } from './engine-options';
import { EngineState } from './engine-state';
import { EventFeed } from './event-feed';
import { failurePolicy } from './failure-policy';
import { HeadWatcher } from './head-watcher';
import { INLINE_BEHIND, InlineProjection } from './inline-projection';
import { ManagedProjection } from './managed-projection';
import { PageSize } from './page-size';
import { readModelTables } from './read-model-tables';
import { catchingUpTo, following, type RunMode } from './run-mode';
import { SegmentCommands } from './segment-commands';
import { type SegmentCursor, StoredCursor, VolatileCursor } from './segment-cursor';
import { type Directive, SegmentRunner } from './segment-runner';

const BEGINNING = { position: 0n, replayUntil: undefined };

/** The projections of this process: starts and stops their loops, and empties them for a rebuild. */
export class ProjectionEngine {
  readonly watcher: HeadWatcher;
  readonly state: EngineState;
  readonly coordinator: Coordinator;
  private readonly budget: ConnectionBudget;
  private readonly feed: EventFeed;
  private readonly projections = new Map<string, ManagedProjection>();
  private readonly transactions = new Map<string, BatchTransaction>();
  private readonly inline = new Map<string, InlineProjection>();
  /** Where the catch-up projections that somebody asked for are to end. */
  private readonly targets = new Map<string, bigint>();

  constructor(
    private readonly dataSource: DataSource,
    readonly source: EventSource,
    private readonly options: EngineOptions,
  ) {
    this.watcher = new HeadWatcher(source, options.pollInterval);
    this.state = new EngineState(dataSource, options.leaseMs);
    this.budget = new ConnectionBudget(options.connections);
    this.feed = new EventFeed(source, this.budget, () => this.all.flatMap(({ runners }) => runners));
    const { instance, leases, checkpoints, control } = this.state;
    this.coordinator = new Coordinator(
      dataSource,
      instance,
      options.leaseMs,
      leases,
      checkpoints,
      control,
      () => this.candidates(),
    );
  }

  /** @throws UnknownReadModelError, UnknownProjectionError, UnsupportedOperationError on what is declared wrongly */
  register(definitions: readonly ProjectionDefinition[]): void {
    for (const definition of definitions) {
      const { name, options } = definition;
      readModelTables(this.dataSource, definition);
      const timeoutMs = options.handlerTimeoutMs ?? this.options.handlerTimeoutMs;
      this.transactions.set(name, new BatchTransaction(this.dataSource, definition, timeoutMs));
      if (definition.type === 'inline') this.registerInline(definition);
      this.projections.set(name, new ManagedProjection(definition));
    }
    if (Array.isArray(this.options.run)) for (const name of this.options.run as string[]) this.get(name);
  }

  async start(): Promise<void> {
    const { control, checkpoints } = this.state;
    await this.source.open(await checkpoints.highest());
    for (const { definition } of this.projections.values())
      await control.register(definition.name, definition.options.version ?? 1);
    await this.watcher.start();
    await this.coordinator.start();
    for (const projection of this.projections.values())
      if (projection.definition.type === 'live' && this.runsHere(projection)) this.startLive(projection);
  }

  async stop(): Promise<void> {
    await Promise.all([this.coordinator.stop(), ...this.all.map((projection) => projection.stopAll())]);
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

  /** Has a `catch-up` projection run here, as soon as nobody else runs it, until `target` is applied. */
  async catchUp({ definition }: ManagedProjection, target: bigint): Promise<void> {
    this.targets.set(definition.name, target);
    await this.coordinator.nudge();
  }

  /**
   * Empties the read models and sets the checkpoints to the start, all or nothing. It waits for the batch in flight,
   * here or elsewhere, and every owner finds out and replays up to `target`.
   */
  async empty({ definition }: ManagedProjection, target: bigint): Promise<void> {
    const { checkpoints, control, deadLetters } = this.state;
    const { name } = definition;
    const tables = readModelTables(this.dataSource, definition);
    const work = async (manager: EntityManager) => {
      // The checkpoints first: their locks are the ones a batch takes first too.
      await checkpoints.reset(manager, name, { position: 0n, replayUntil: target });
      await deadLetters.clear(manager, name);
      await control.setState(name, 'running', manager);
      await control.nextGeneration(manager, name);
      if (tables.length > 0) await manager.query(`TRUNCATE ${tables.join(', ')}`);
    };
    const inline = this.inline.get(name);
    if (!inline) await this.dataSource.transaction('READ COMMITTED', work);
    else while (!(await inline.alone(work)));
    await this.coordinator.nudge();
  }

  private registerInline(definition: ProjectionDefinition): void {
    const { name } = definition;
    if (!(this.source instanceof EventStore))
      throw new UnsupportedOperationError(
        'be inline',
        name,
        'its events come from a source that cannot append',
      );
    const transaction = this.transactions.get(name)!;
    const inline = new InlineProjection(
      definition,
      this.dataSource,
      this.source,
      this.state.checkpoints,
      transaction,
    );
    this.inline.set(name, inline);
    this.source.addParticipant(inline);
  }

  private runsHere({ definition }: ManagedProjection): boolean {
    const { run } = this.options;
    return typeof run === 'boolean' ? run : run.includes(definition.name);
  }

  private candidates(): Candidate[] {
    return this.all.flatMap((projection) => {
      const { type, name } = projection.definition;
      if (type === 'live' || !this.runsHere(projection)) return [];
      if (type === 'catch-up' && !this.targets.has(name)) return [];
      return [this.candidateOf(projection, 0)];
    });
  }

  private candidateOf(projection: ManagedProjection, segment: number): Candidate {
    const { name, type, options } = projection.definition;
    const id = { projection: name, segment };
    return {
      id,
      version: options.version ?? 1,
      initial: type === 'inline' ? INLINE_BEHIND : BEGINNING,
      start: (lease, directive) => this.startLeased(projection, id, lease, directive),
      direct: (directive) => projection.direct(segment, directive),
      stop: () => projection.stop(segment),
      outdated: (stored) => projection.outdated(stored),
    };
  }

  private async startLeased(
    projection: ManagedProjection,
    id: SegmentId,
    lease: Lease,
    directive: Directive,
  ): Promise<void> {
    const { name } = projection.definition;
    const target = this.targets.get(name);
    const mode = target === undefined ? (this.inline.get(name) ?? following) : catchingUpTo(target);
    const cursor = new StoredCursor(this.state.checkpoints, id, lease.epoch);
    const runner = this.makeRunner(projection, id, cursor, mode);
    runner.direct(directive);
    await projection.start(id.segment, runner);
    if (target !== undefined && this.targets.get(name) === target) this.targets.delete(name);
    await this.state.leases.release(lease).catch(() => undefined);
  }

  private startLive(projection: ManagedProjection): void {
    const id = { projection: projection.definition.name, segment: 0 };
    const cursor = new VolatileCursor(() => this.watcher.head);
    void projection.start(0, this.makeRunner(projection, id, cursor, following));
  }

  private makeRunner(
    projection: ManagedProjection,
    id: SegmentId,
    cursor: SegmentCursor,
    mode: RunMode,
  ): SegmentRunner {
    const { definition, committed } = projection;
    const { commands, control, deadLetters } = this.state;
    const policy = failurePolicy(definition.options, this.options);
    const transaction = this.transactions.get(definition.name)!;
    const queue = new DeadLetterQueue(id, deadLetters, policy, transaction);
    return new SegmentRunner({
      definition,
      id,
      feed: this.feed,
      watcher: this.watcher,
      transaction,
      cursor,
      queue,
      policy,
      mode,
      pageSize: new PageSize(
        definition.options.batchSize ?? this.options.batchSize,
        this.options.maxBatchBytes,
      ),
      budget: this.budget,
      committed,
      commands: new SegmentCommands(commands, control, queue, transaction, policy.isTransient),
      halt: (error, event) => this.halt(definition.name, error, event),
    });
  }

  private halt(projection: string, error: Error, event: RecordedEvent | undefined): Promise<void> {
    return this.state.control.halt(projection, {
      name: error.name,
      message: error.message.replaceAll('\0', '\\0'),
      at: new Date().toISOString(),
      instance: this.state.instance,
      position: event && String(event.globalPosition),
    });
  }
}
