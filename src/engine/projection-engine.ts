import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { outsideContext } from '../async/outside-context';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import { ConnectionBudget } from '../database/connection-budget';
import type { EventStore } from '../events/event-store';
import type { Beginning } from '../state/beginning';
import type { StateRow } from '../state/projection-state';
import { BatchAppliers } from './applying/batch-appliers';
import { readModelTables } from './applying/read-model-tables';
import { CatchUpTargets } from './catch-up-targets';
import { Coordinator } from './coordination/coordinator';
import { EngineState } from './coordination/engine-state';
import { Emptying } from './emptying';
import type { EngineOptions } from './engine-options';
import { AbsentInline } from './inline/absent-inline';
import { InlineProjection } from './inline/inline-projection';
import { LeasedRuns } from './leased-runs';
import { LiveProjections } from './live-projections';
import { makeReaders, type NamedSources } from './make-readers';
import { ProjectionRegistry } from './projection-registry';
import { beginningOf } from './reading/beginning';
import type { SourceReader } from './reading/source-reader';
import type { SourceReaders } from './reading/source-readers';
import { RunnerFactory } from './runner-factory';
import type { ManagedProjection } from './segment/managed-projection';
import { startLines } from './start-lines';
import { checkType } from './type-check';
import { ProgressWaits } from './waits/progress-waits';
import { ProjectionsNotRunningError } from './waits/waiting.errors';
import { within } from './waits/within';
import { kindOf } from './kinds/kind-of';

/** How long a cancelled statement may take to end. */
const CANCEL_MS = 10_000;
/** How long a start waits for appends that are open. */
const SETTLES_MS = 1_000;
/** How long a start may wait for what it writes to the log. */
const START_LOG_MS = 2_000;

/** The projections of this process, from their registration to the end of their loops. */
export class ProjectionEngine {
  private readonly logger = new Logger('Projection');
  readonly readers: SourceReaders;
  readonly state: EngineState;
  readonly coordinator: Coordinator;
  readonly waits: ProgressWaits;
  private readonly registry: ProjectionRegistry;
  private readonly appliers: BatchAppliers;
  private readonly emptying: Emptying;
  private readonly live: LiveProjections;
  private readonly inline = new Map<string, InlineProjection>();
  private readonly targets = new CatchUpTargets();
  private readonly ending = new AbortController();
  private isStarted = false;
  private stopping = false;
  /** Whether the shutdown has gone on without what waits for the database. */
  private leftBehind = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly store: EventStore,
    sources: NamedSources,
    private readonly options: EngineOptions,
  ) {
    const registry = new ProjectionRegistry(options.run);
    const state = new EngineState(dataSource, options.leaseMs);
    const budget = new ConnectionBudget(options.connections);
    const inlineOf = (name: string) => this.inlineOf(name);
    const loops = (reader: SourceReader) => registry.loopsOf(reader);
    const isRead = (reader: SourceReader) => registry.isRead(reader);
    this.registry = registry;
    this.readers = makeReaders(store, sources, options, { budget, loops, isRead });
    this.state = state;
    this.appliers = new BatchAppliers(dataSource, budget, options);
    this.emptying = new Emptying({ dataSource, state, inlineOf });
    this.waits = new ProgressWaits({
      progress: state.progress,
      segmentsOf: (name) => this.stateOf(name)?.segments ?? 1,
      isOpen: () => dataSource.isInitialized,
      unownedMs: this.unownedMs,
    });
    const runners = new RunnerFactory({
      ...options,
      dataSource,
      state,
      budget,
      appliers: this.appliers,
      waits: this.waits,
      generationOf: (name) => this.stateOf(name)?.generation ?? 0,
    });
    this.live = new LiveProjections(registry, runners);
    const leased = new LeasedRuns({
      registry,
      runners,
      state,
      targets: this.targets,
      inlineOf,
      snapshot: () => this.coordinator.snapshot,
      isLeftBehind: () => this.leftBehind,
    });
    this.coordinator = new Coordinator(dataSource, options.leaseMs, state, {
      declared: () => registry.all.map((projection) => registry.declared(projection)),
      beginning: (name) => this.beginning(name),
      runnable: () => leased.runnable,
      candidates: (code, row) => leased.candidates(code, row),
      resegment: (code, row) => leased.resegment(code, row),
      observe: ({ states }) => {
        for (const { beginnings } of this.readers.all) beginnings.note(states);
        this.live.direct(states);
      },
      outdated: (projection, stored) => registry.get(projection).outdated(stored),
    });
    const absent = new AbsentInline(this.inlineParts);
    store.leaveToLoopsBy((names) => absent.leaveToLoops(names));
  }

  /** @throws the errors of `row.errors.ts`, UnknownReadModelError, UnknownProjectionError, UnknownSourceError on what is declared wrongly */
  register(definitions: readonly ProjectionDefinition[]): void {
    for (const definition of definitions) {
      // First, for it knows more to say of an unknown row than that it is an unknown read model.
      this.appliers.check(definition);
      readModelTables(this.dataSource, definition);
      if (kindOf(definition).joinsAppends) this.registerInline(definition);
      this.registry.add(definition, this.readers.of(definition));
    }
    this.registry.checkRun();
  }

  /** Starts in an async context of its own; what it opened is closed again where it fails, or is stopped meanwhile. */
  async start(): Promise<void> {
    if (this.stopping) return;
    try {
      await outsideContext(() => this.begin());
    } catch (error) {
      await this.stop();
      await this.readers.close();
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
    this.readers.stop();
    this.leftBehind = !quiet || this.all.some(({ runners }) => runners.length > 0);
    return !this.leftBehind;
  }

  /** Closes the store and the other sources: the end of all appends too. */
  close(): Promise<void> {
    return this.readers.close();
  }

  get all(): readonly ManagedProjection[] {
    return this.registry.all;
  }

  /** @throws UnknownProjectionError */
  get(name: string): ManagedProjection {
    return this.registry.get(name);
  }

  /** @throws UnknownProjectionError, ProjectionsNotRunningError */
  getStarted(name: string): ManagedProjection {
    this.throwIfNotStarted();
    return this.get(name);
  }

  /** @throws ProjectionsNotRunningError */
  throwIfNotStarted(): void {
    if (!this.isStarted) throw new ProjectionsNotRunningError('not started yet');
  }

  runsHere(projection: ManagedProjection): boolean {
    return this.registry.runsHere(projection);
  }

  /** What keeps an inline projection current; `undefined` for another. */
  inlineOf(name: string): InlineProjection | undefined {
    return this.inline.get(name);
  }

  get handlerTimeoutMs(): number {
    return this.options.handlerTimeoutMs;
  }

  /** How long the statements of handlers may take, with time for a cancel to be heard. */
  get longestStatementMs(): number {
    const ofAll = this.all.map(({ definition }) => definition.handlerTimeoutMs);
    return Math.max(this.options.handlerTimeoutMs, ...ofAll) + CANCEL_MS;
  }

  /** For how long a projection may have no owner, as between two instances, before it counts as run by nobody. */
  get unownedMs(): number {
    return 1.5 * this.options.leaseMs + 1_000;
  }

  /** Whether somebody would replay the projection if it were emptied now. */
  async hasRunner(projection: ManagedProjection): Promise<boolean> {
    const { kind, definition } = projection;
    const { name, version } = definition;
    const { states, leases, instances } = await this.state.control.snapshot();
    const stored = states.find((row) => row.projection === name)?.version ?? 1;
    if (this.runsHere(projection) && stored <= version) return true;
    if (kind.joinsAppends) return instances.some(({ runs }) => runs.includes(name));
    return !kind.waitsToBeAsked && leases.some((lease) => lease.projection === name && lease.live);
  }

  /** Has a `catch-up` projection run here, as soon as nobody else runs it, until `target` is applied. */
  async catchUp({ definition }: ManagedProjection, target: bigint): Promise<void> {
    this.targets.set(definition.name, target);
    await this.coordinator.nudge();
  }

  /** Sends a projection back to its beginning, with empty read models. */
  async empty(projection: ManagedProjection): Promise<void> {
    await this.emptying.empty(projection);
    await this.coordinator.nudge();
  }

  private async begin(): Promise<void> {
    const steps = [
      async () => {
        for (const { definition } of this.all) await this.checkType(definition);
      },
      () => this.readers.open((source) => this.state.checkpoints.settled(source)),
      () => this.readers.start(),
      // A new projection begins at the head, which an append that is open may keep far too low.
      () => this.readers.settle(SETTLES_MS),
      () => this.coordinator.start(),
      async () => this.live.start(this.coordinator.snapshot.states),
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
      this.readers.stop();
      await this.readers.close();
    }
  }

  private async beginning(name: string): Promise<Beginning> {
    const { definition, reader } = this.get(name);
    const known = await reader.beginnings.of(name);
    if (known) {
      // What its type has beside the row may be gone too.
      await this.checkType(definition);
      this.logger.warn(
        `Projection "${name}" has no row in the database any more, as after a TRUNCATE of the module's tables: ` +
          `it begins again behind position ${known.after}.`,
      );
      return known;
    }
    const { watcher, source } = reader;
    await watcher.settles(0);
    const end = { settled: watcher.readable(), drawn: watcher.last };
    return beginningOf(definition, end, source);
  }

  private async checkType(definition: ProjectionDefinition): Promise<void> {
    await checkType(definition, this.state, this.dataSource);
    this.inlineOf(definition.name)?.marked();
  }

  private async logStart(): Promise<void> {
    try {
      const names = this.all.map(({ definition }) => definition.name);
      const rows = await within(START_LOG_MS, () => this.state.progress.progressOf(names));
      for (const line of startLines(this.all, rows)) this.logger.log(line);
    } catch (error) {
      this.logger.warn(`Cannot say where the projections are: ${String(error)}`);
    }
  }

  private registerInline(definition: ProjectionDefinition): void {
    const { name, handlerTimeoutMs: effectTimeoutMs } = definition;
    const unawaited = (error: Error) => this.logger.error(`Projection "${name}": ${error.message}`);
    const inline = new InlineProjection({
      ...this.inlineParts,
      definition,
      makeApplier: () => this.appliers.make(definition, unawaited),
      effectTimeoutMs,
    });
    this.inline.set(name, inline);
    this.store.addParticipant(inline);
  }

  private get inlineParts() {
    const { dataSource, store: source, state, ending } = this;
    return { dataSource, source, state, watcher: this.readers.own.watcher, ending: ending.signal };
  }

  private stateOf(name: string): StateRow | undefined {
    return this.coordinator.snapshot.states.find(({ projection }) => projection === name);
  }
}
