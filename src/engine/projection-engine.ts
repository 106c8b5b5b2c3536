import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { EventSource } from '../events/event-source';
import { EventStore } from '../events/event-store';
import type { RecordedEvent } from '../events/recorded-event';
import type { Beginning, DeclaredProjection, StateRow } from '../state/control.store';
import type { Lease } from '../state/lease.store';
import type { SegmentId } from '../state/segment-id';
import { tableName } from '../state/table-name';
import { shield } from '../state/shield';
import { storableText } from '../state/storable-text';
import { withSilentConnections } from '../database/silent-connections';
import { AbsentInline } from './inline/absent-inline';
import { BatchAppliers } from './applying/batch-appliers';
import { beginningOf, firstCheckpoint } from './reading/beginning';
import { BatchTransaction } from './applying/batch-transaction';
import { ConnectionBudget } from '../database/connection-budget';
import type { Candidate } from './coordination/candidate';
import type { CommittedBatch } from './applying/committed-batch';
import { Coordinator } from './coordination/coordinator';
import { DeadLetterQueue } from './letters/dead-letter-queue';
import { UnknownProjectionError, UnsupportedOperationError } from './failures/engine.errors';
import type { EngineOptions } from './engine-options';
import { EngineState } from './coordination/engine-state';
import { EventFeed } from './reading/event-feed';
import { failurePolicy } from './failures/failure-policy';
import { isOfAnotherStore } from './failures/is-of-another-store';
import { streamOf } from './failures/user-callback';
import { HeadWatcher } from './reading/head-watcher';
import { KnownBeginnings } from './reading/known-beginnings';
import { InlineCursor } from './inline/inline-cursor';
import { InlineProjection } from './inline/inline-projection';
import { asHere } from './segment/live-stop';
import { ManagedProjection } from './segment/managed-projection';
import { outsideContext } from '../async/outside-context';
import { PageRecovery, type RecoveryParts } from './segment/page-recovery';
import { PageSize } from './reading/page-size';
import { readModelTables } from './applying/read-model-tables';
import { ProjectionTypeChangedError } from './coordination/projection-type-changed.error';
import { catchingUpTo, following, obeying, type RunMode } from './segment/run-mode';
import { SegmentBatches } from './segment/segment-batches';
import { SegmentCommands } from './segment/segment-commands';
import { segmentByIdentity } from './reading/segment-by-identity';
import { LeaseLost } from './failures/lost-claims';
import { type SegmentCursor, StoredCursor, VolatileCursor } from './segment/segment-cursor';
import { SegmentFilter, segmentOf } from './reading/segment-filter';
import { type Directive, SegmentRunner } from './segment/segment-runner';
import { startLines } from './start-lines';
import { isTransientError } from './failures/transient-error';
import { TroubleReporter } from './failures/trouble-reporter';
import { ProgressWaits } from './waits/progress-waits';
import { ProjectionPausedError, ProjectionsNotRunningError } from './waits/waiting.errors';
import { within } from './waits/within';

/** Rows are loaded and saved once for a batch: the larger it is, the fewer for each event. */
const BATCH_SIZE = { transaction: 500, row: 5_000 };

/** How long a cancelled statement may take to end. */
const CANCEL_MS = 10_000;

const later = (position: bigint, state: StateRow | undefined): bigint => {
  const historyUntil = BigInt(state?.historyUntil ?? 0);
  return historyUntil > position ? historyUntil : position;
};

/** How long a start waits for appends that are open. */
const SETTLES_MS = 1_000;
/** How long a start may wait for what it writes to the log. */
const START_LOG_MS = 2_000;

interface CatchUpTarget {
  readonly position: bigint;
  /** The segments that have got there. */
  readonly done: Set<number>;
}

/** The projections of this process: starts and stops their loops, and empties them for a rebuild. */
export class ProjectionEngine {
  private readonly logger = new Logger('Projection');
  readonly watcher: HeadWatcher;
  readonly state: EngineState;
  readonly coordinator: Coordinator;
  readonly waits: ProgressWaits;
  private readonly budget: ConnectionBudget;
  private readonly beginnings: KnownBeginnings;
  private readonly feed: EventFeed;
  private readonly projections = new Map<string, ManagedProjection>();
  private readonly appliers: BatchAppliers;
  private readonly inline = new Map<string, InlineProjection>();
  /** Where the catch-up projections that somebody asked for are to end. */
  private readonly targets = new Map<string, CatchUpTarget>();
  private readonly ending = new AbortController();
  private readonly pageSizes = new Map<string, PageSize>();
  private isStarted = false;
  private readonly declarations = new Map<ManagedProjection, DeclaredProjection>();
  private stopping = false;
  /** Whether the shutdown has gone on without what waits for the database. */
  private leftBehind = false;

  constructor(
    private readonly dataSource: DataSource,
    readonly source: EventSource,
    private readonly options: EngineOptions,
  ) {
    this.watcher = new HeadWatcher(source, options.pollInterval);
    this.beginnings = new KnownBeginnings(this.watcher);
    this.state = new EngineState(dataSource, options.leaseMs);
    this.budget = new ConnectionBudget(options.connections);
    this.feed = new EventFeed(source, this.budget, () => this.all.flatMap(({ runners }) => runners));
    this.appliers = new BatchAppliers(dataSource, this.budget, options);
    if (source instanceof EventStore) {
      const absent = new AbsentInline({ ...this.inlineParts, source });
      source.leaveToLoopsBy((names) => absent.leaveToLoops(names));
    }
    this.coordinator = new Coordinator(dataSource, options.leaseMs, this.state, {
      declared: () => this.all.map((projection) => this.declared(projection)),
      beginning: (name) => this.beginning(name),
      runnable: () => this.runnable.map((projection) => this.declared(projection)),
      candidates: (code, state) => this.candidates(code, state),
      resegment: (code, state) => this.resegment(code, state),
      observe: ({ states }) => {
        this.beginnings.note(states);
        this.directLive(states);
      },
      outdated: (projection, stored) => this.get(projection).outdated(stored),
    });
    this.waits = new ProgressWaits({
      progress: this.state.progress,
      source,
      watcher: this.watcher,
      segmentsOf: (name) => this.stateOf(name)?.segments ?? 1,
      isOpen: () => dataSource.isInitialized,
      unownedMs: this.unownedMs,
    });
  }

  /** @throws the errors of `row.errors.ts`, UnknownReadModelError, UnknownProjectionError, UnsupportedOperationError on what is declared wrongly */
  register(definitions: readonly ProjectionDefinition[]): void {
    for (const definition of definitions) {
      const { name } = definition;
      // First, for it knows more to say of an unknown row than that it is an unknown read model.
      this.appliers.check(definition);
      readModelTables(this.dataSource, definition);
      if (definition.type === 'inline') this.registerInline(definition);
      this.projections.set(name, new ManagedProjection(definition));
    }
    if (Array.isArray(this.options.run)) for (const name of this.options.run as string[]) this.get(name);
  }

  /** Starts in an async context of its own; what it opened is closed again where it fails, or is stopped meanwhile. */
  async start(): Promise<void> {
    if (this.stopping) return;
    try {
      await outsideContext(() => this.begin());
    } catch (error) {
      await this.stop();
      await this.source.close().catch(() => undefined);
      throw error;
    }
  }

  /**
   * Ends all loops and gives the leases back. It comes to its end within twelve seconds, also where it is asked to in the
   * middle of the start, and where the database does not answer.
   * @returns whether nothing was left behind that still waits for the database
   */
  async stop(): Promise<boolean> {
    this.stopping = true;
    this.ending.abort();
    const [quiet] = await Promise.all([
      this.coordinator.stop(),
      ...this.all.map((projection) => projection.stopAll()),
    ]);
    this.watcher.stop();
    this.leftBehind = !quiet || this.all.some(({ runners }) => runners.length > 0);
    return !this.leftBehind;
  }

  private async begin(): Promise<void> {
    const steps = [
      () => this.checkTypes(),
      async () => this.source.open(await this.state.checkpoints.highest()),
      () => this.watcher.start(),
      // A new projection begins at the head, which an append that is open may keep far too low.
      () => this.watcher.settles(SETTLES_MS),
      () => this.coordinator.start(),
      async () => this.startLiveProjections(),
      async () => {
        this.isStarted = true;
        await this.logStart();
      },
    ];
    for (const step of steps) {
      if (this.stopping) break;
      await step();
    }
    // What a step has opened after the shutdown had gone past it.
    if (this.stopping) {
      this.watcher.stop();
      await this.source.close();
    }
  }

  private async beginning(name: string): Promise<Beginning> {
    const { definition } = this.get(name);
    const known = await this.beginnings.of(name);
    if (known) {
      // What its type has beside the row may be gone too.
      await this.checkType(definition);
      this.logger.warn(
        `Projection "${name}" has no row in the database any more, as after a TRUNCATE of the module's tables: ` +
          `it begins again behind position ${known.after}.`,
      );
      return known;
    }
    await this.watcher.settles(0);
    const end = { settled: this.watcher.readable(), drawn: this.watcher.last };
    return beginningOf(definition, end, this.source);
  }

  private async checkTypes(): Promise<void> {
    for (const { definition } of this.all) await this.checkType(definition);
  }

  private startLiveProjections(): void {
    for (const projection of this.all)
      if (projection.definition.type === 'live' && this.runsHere(projection)) this.startLive(projection);
  }

  /** How long the statements of handlers may take, with time for a cancel to be heard. */
  get longestStatementMs(): number {
    const ofAll = this.all.map(({ definition }) => definition.options.handlerTimeoutMs ?? 0);
    return Math.max(this.options.handlerTimeoutMs, ...ofAll) + CANCEL_MS;
  }

  get all(): readonly ManagedProjection[] {
    return [...this.projections.values()];
  }

  /** For how long a projection may have no owner, as between two instances, before it counts as run by nobody. */
  get unownedMs(): number {
    return 1.5 * this.options.leaseMs + 1_000;
  }

  get handlerTimeoutMs(): number {
    return this.options.handlerTimeoutMs;
  }

  /** Whether somebody would replay the projection if it were emptied now. */
  async hasRunner(projection: ManagedProjection): Promise<boolean> {
    const { name, type, options } = projection.definition;
    const { states, leases, instances } = await this.state.control.snapshot();
    const stored = states.find((row) => row.projection === name)?.version ?? 1;
    if (this.runsHere(projection) && stored <= (options.version ?? 1)) return true;
    if (type === 'inline') return instances.some(({ runs }) => runs.includes(name));
    return type === 'persistent' && leases.some((lease) => lease.projection === name && lease.live);
  }

  /** @throws ProjectionsNotRunningError */
  throwIfNotStarted(): void {
    if (!this.isStarted) throw new ProjectionsNotRunningError('not started yet');
  }

  /** @throws UnknownProjectionError, ProjectionsNotRunningError */
  getStarted(name: string): ManagedProjection {
    this.throwIfNotStarted();
    return this.get(name);
  }

  /** @throws UnknownProjectionError */
  get(name: string): ManagedProjection {
    const projection = this.projections.get(name);
    if (!projection) throw new UnknownProjectionError(name, [...this.projections.keys()]);
    return projection;
  }

  /** What keeps an inline projection current; `undefined` for another. */
  inlineOf(name: string): InlineProjection | undefined {
    return this.inline.get(name);
  }

  /** Has a `catch-up` projection run here, as soon as nobody else runs it, until `target` is applied. */
  async catchUp({ definition }: ManagedProjection, target: bigint): Promise<void> {
    this.targets.set(definition.name, { position: target, done: new Set() });
    await this.coordinator.nudge();
  }

  /**
   * Empties the read models and sets the checkpoints to the start, all or nothing. It waits for the batch in flight,
   * here or elsewhere, and every owner finds out and begins again.
   */
  async empty({ definition }: ManagedProjection): Promise<void> {
    const { checkpoints, control, deadLetters } = this.state;
    const { name } = definition;
    const tables = readModelTables(this.dataSource, definition);
    const state = await control.read(name);
    const beginsAfter = BigInt(state?.beginsAfter ?? 0);
    const { settled, last } = await this.source.head();
    // Where the store has begun again, what the projection had got to is no history of it.
    const beyond = beginsAfter > last || isOfAnotherStore(state?.failure);
    const end = beyond ? settled : undefined;
    const position = beginsAfter > last ? settled : beginsAfter;
    const work = async (manager: EntityManager, historyUntil?: bigint) => {
      const replayUntil = end ?? historyUntil;
      await shield(manager);
      // The checkpoints first: their locks are the ones a batch takes first too.
      await checkpoints.reset(manager, name, { position, replayUntil });
      await deadLetters.clear(manager, name);
      // Also one that was paused a moment ago: that its pause ends must not be a side effect.
      if (!(await control.leaveStop(manager, name))) throw new ProjectionPausedError(name, 'be rebuilt');
      await control.nextGeneration(manager, name);
      if (end !== undefined) await control.beginWithin(manager, name, { after: position, historyUntil: end });
      if (tables.length > 0) await manager.query(`TRUNCATE ${tables.join(', ')}`);
    };
    const inline = this.inline.get(name);
    // It may wait long for whoever reads the tables.
    await (inline
      ? inline.empty((manager, historyUntil) => work(manager, later(historyUntil, state)))
      : withSilentConnections(this.dataSource).transaction('READ COMMITTED', (manager) => work(manager)));
    if (position < beginsAfter)
      this.logger.warn(
        `Projection "${name}" began behind position ${beginsAfter}, which the store does not have any more: ` +
          `it begins behind ${position} now, where the store ends.`,
      );
    await this.coordinator.nudge();
  }

  /** @throws ProjectionTypeChangedError */
  private async checkType({ name, type }: ProjectionDefinition): Promise<void> {
    const { inlineMarks, checkpoints } = this.state;
    const byAppends = await inlineMarks.read(name);
    const isOfAnotherType =
      type === 'inline'
        ? byAppends === undefined &&
          (await checkpoints.readAll(name)).some(({ replayUntil }) => replayUntil === undefined)
        : byAppends;
    const marks = tableName(this.dataSource, 'projection_inline_marks');
    if (isOfAnotherType) throw new ProjectionTypeChangedError(name, type, marks);
    if (type === 'inline') await inlineMarks.create(name);
    this.inline.get(name)?.marked();
  }

  private async logStart(): Promise<void> {
    try {
      const names = this.all.map(({ definition }) => definition.name);
      const rows = await within(START_LOG_MS, () => this.state.progress.progressOf(names));
      for (const line of startLines(this.all, rows, this.watcher.head)) this.logger.log(line);
    } catch (error) {
      this.logger.warn(`Cannot say where the projections are: ${String(error)}`);
    }
  }

  private registerInline(definition: ProjectionDefinition): void {
    const { name } = definition;
    if (!(this.source instanceof EventStore))
      throw new UnsupportedOperationError(
        'be inline',
        name,
        'its events come from a source that cannot append',
      );
    const inline = new InlineProjection({
      ...this.inlineParts,
      definition,
      source: this.source,
      makeApplier: () =>
        this.appliers.make(definition, (error) =>
          this.logger.error(`Projection "${name}": ${error.message}`),
        ),
      effectTimeoutMs: definition.options.handlerTimeoutMs ?? this.options.handlerTimeoutMs,
    });
    this.inline.set(name, inline);
    this.source.addParticipant(inline);
  }

  private get inlineParts() {
    const { dataSource, state, watcher, ending } = this;
    return { dataSource, state, watcher, ending: ending.signal };
  }

  runsHere({ definition }: ManagedProjection): boolean {
    const { run } = this.options;
    return typeof run === 'boolean' ? run : run.includes(definition.name);
  }

  /** The projections with checkpoints that may run here now. */
  private get runnable(): ManagedProjection[] {
    return this.all.filter((projection) => {
      const { type, name } = projection.definition;
      if (type === 'live' || !this.runsHere(projection)) return false;
      return type !== 'catch-up' || this.targets.has(name) || this.hasCommands(name);
    });
  }

  private declared(projection: ManagedProjection): DeclaredProjection {
    const known = this.declarations.get(projection);
    if (known) return known;
    const { name, options } = projection.definition;
    const declared = {
      name,
      version: options.version ?? 1,
      segments: options.segments ?? 1,
      segmentBy: segmentByIdentity(options.segmentBy),
    };
    this.declarations.set(projection, declared);
    return declared;
  }

  private candidates(code: DeclaredProjection, state: StateRow): Candidate[] {
    const { name } = code;
    const { segments, byAppends } = state;
    if (this.inline.has(name) && byAppends) return [];
    const projection = this.get(name);
    const target = this.targets.get(name);
    // Without anything else to run it runs for the commands that wait for it.
    const resting = projection.definition.type === 'catch-up' && !target;
    return Array.from({ length: segments }, (_, segment) => segment)
      .filter((segment) => !target?.done.has(segment) && (!resting || this.hasCommands(name, segment)))
      .map((segment) => this.candidateOf(projection, code, segment, state));
  }

  private async resegment(code: DeclaredProjection, { segmentsWanted }: StateRow): Promise<void> {
    const { name } = code;
    const { segmentBy = streamOf } = this.get(name).definition.options;
    const segmentIn = (event: RecordedEvent) => segmentOf(name, event, segmentsWanted, segmentBy).segment;
    await this.state.cuts.step({ ...code, segments: segmentsWanted }, segmentIn).catch((error: unknown) => {
      // A batch in flight keeps the checkpoints locked: the next look tries again.
      if (!isTransientError(error)) throw error;
    });
  }

  private candidateOf(
    projection: ManagedProjection,
    code: DeclaredProjection,
    segment: number,
    state: StateRow,
  ): Candidate {
    const id = { projection: code.name, segment };
    const { segments } = state;
    return {
      id,
      code,
      segments,
      initial: firstCheckpoint(projection.definition.type, state),
      start: (lease, directive) => this.startLeased(projection, id, segments, lease, directive),
      direct: (directive) => projection.direct(segment, directive),
      stop: () => projection.stop(segment),
    };
  }

  private async startLeased(
    projection: ManagedProjection,
    id: SegmentId,
    segments: number,
    lease: Lease,
    directive: Directive,
  ): Promise<void> {
    const { name } = projection.definition;
    const target = this.targets.get(name);
    const mode = this.modeOf(projection, target);
    if (lease.epoch > 1n)
      this.logger.log(
        `Projection "${name}" is taken over here: segment ${id.segment + 1} of ${segments}, epoch ${lease.epoch}.`,
      );
    const { checkpoints, inlineMarks } = this.state;
    const cursor = this.inline.has(name)
      ? new InlineCursor(checkpoints, inlineMarks, id, lease.epoch)
      : new StoredCursor(checkpoints, id, lease.epoch);
    const runner = this.makeRunner(projection, id, segments, cursor, mode);
    runner.direct(directive);
    await projection.start(id.segment, runner);
    if (runner.isOver && target) this.runIsOver(id, segments, target);
    if (!this.leftBehind) await this.state.leases.release(lease).catch(() => undefined);
  }

  private modeOf({ definition }: ManagedProjection, target: CatchUpTarget | undefined): RunMode {
    if (target) return catchingUpTo(target.position);
    if (definition.type === 'catch-up') return obeying;
    return this.inline.get(definition.name) ?? following;
  }

  private hasCommands(name: string, segment?: number): boolean {
    return this.coordinator.snapshot.commands.some(
      (row) => row.projection === name && (segment === undefined || row.segment === segment),
    );
  }

  private stateOf(name: string): StateRow | undefined {
    return this.coordinator.snapshot.states.find(({ projection }) => projection === name);
  }

  private runIsOver({ projection, segment }: SegmentId, segments: number, target: CatchUpTarget): void {
    target.done.add(segment);
    if (target.done.size === segments && this.targets.get(projection) === target)
      this.targets.delete(projection);
  }

  private startLive(projection: ManagedProjection): void {
    const id = { projection: projection.definition.name, segment: 0 };
    const cursor = new VolatileCursor(this.watcher);
    const runner = this.makeRunner(projection, id, 1, cursor, following);
    runner.direct(this.liveDirective(projection, this.stateOf(id.projection)));
    projection.start(0, runner).catch(() => undefined);
  }

  /** It has no lease, and so no owner to be told: every instance does what the database says. */
  private directLive(states: readonly StateRow[]): void {
    for (const projection of this.all)
      if (projection.definition.type === 'live')
        projection.direct(
          0,
          this.liveDirective(
            projection,
            states.find((row) => row.projection === projection.definition.name),
          ),
        );
  }

  /** It has neither a checkpoint to be sent back nor commands. */
  private liveDirective(projection: ManagedProjection, row: StateRow | undefined): Directive {
    return { state: row ? asHere(projection, row).state : 'running', generation: 0, commands: [] };
  }

  private makeRunner(
    projection: ManagedProjection,
    id: SegmentId,
    segments: number,
    cursor: SegmentCursor,
    mode: RunMode,
  ): SegmentRunner {
    const { definition } = projection;
    const { name, types, options } = definition;
    const { commands, control, deadLetters, troubles } = this.state;
    const { watcher, feed, budget } = this;
    const policy = failurePolicy(options, this.options);
    const unawaited = (error: Error): void =>
      void halt(error).catch((cause: unknown) =>
        this.logger.error(`${error.message}, which could not be stored: ${String(cause)}`),
      );
    const applier = this.appliers.make(definition, unawaited);
    const timeoutMs = options.handlerTimeoutMs ?? this.options.handlerTimeoutMs;
    const transaction = new BatchTransaction(
      this.dataSource,
      name,
      applier,
      timeoutMs,
      (): bigint | undefined => batches.readingAt,
    );
    const queue = new DeadLetterQueue(id, deadLetters, policy, transaction);
    const halt = async (error: Error, before?: bigint) => {
      if (!(await this.halt(id, cursor.epoch, error, before, batches.storedPosition))) throw new LeaseLost();
      runner.halted();
      this.waits.look();
    };
    const committed = (batch: CommittedBatch) => {
      runner.beat();
      this.waits.committed(projection, batch);
      projection.committed(batch);
    };
    const batches: SegmentBatches = new SegmentBatches({
      projection: name,
      types,
      feed,
      filter: new SegmentFilter(name, id.segment, segments, options.segmentBy ?? streamOf),
      watcher,
      transaction,
      cursor,
      queue,
      mode,
      pageSize: this.pageSizeOf(definition, segments),
      budget,
      committed,
      moved: () => this.waits.moved(projection),
    });
    const mayRetryIn: RecoveryParts['mayRetryIn'] = (ms, trouble) => runner.mayRetryIn(ms, trouble);
    const recovery = new PageRecovery({ projection: name, batches, queue, policy, halt, mayRetryIn });
    const obedience = new SegmentCommands(commands, control, queue, transaction, policy.isTransient);
    const reporter = new TroubleReporter(async (trouble) => {
      if (!(cursor instanceof StoredCursor)) return;
      const stored = trouble && {
        name: trouble.name,
        message: trouble.message,
        at: trouble.at.toISOString(),
      };
      await troubles.set(id, cursor.epoch, stored);
    });
    const runner: SegmentRunner = new SegmentRunner({
      projection: name,
      types,
      watcher,
      policy,
      mode,
      cursor,
      batches,
      recovery,
      commands: obedience,
      reporter,
      halt,
    });
    return runner;
  }

  /** One for all segments that run here: they share reads where they ask for the same. */
  private pageSizeOf({ name, options, handlers }: ProjectionDefinition, segments: number): PageSize {
    const known = this.pageSizes.get(name);
    if (known?.segments === segments) return known;
    const batchSize = options.batchSize ?? this.options.batchSize ?? BATCH_SIZE[handlers.style];
    const pageSize = new PageSize(batchSize, this.options.maxBatchBytes, segments);
    this.pageSizes.set(name, pageSize);
    return pageSize;
  }

  /** @returns `false` where the segment is another's by now */
  private async halt(
    { projection, segment }: SegmentId,
    epoch: bigint | undefined,
    error: Error,
    before: bigint | undefined,
    after: bigint | undefined,
  ): Promise<boolean> {
    const failure = {
      name: storableText(error.name),
      message: storableText(error.message),
      at: new Date().toISOString(),
      instance: this.state.instance,
      position: before === undefined ? undefined : String(before),
      after: after === undefined ? undefined : String(after),
      segment,
    };
    if (epoch !== undefined) return this.state.control.halt(projection, failure, epoch);
    const generation = this.stateOf(projection)?.generation ?? 0;
    this.get(projection).liveStop = { failure, generation };
    return true;
  }
}
