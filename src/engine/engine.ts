import type { DataSource } from 'typeorm';
import { ConnectionBudget } from '../database/connection-budget';
import type { EventStore } from '../events/event-store';
import type { StateRow } from '../state/projection-state';
import { BatchAppliers } from './applying/batch-appliers';
import { Beginnings } from './beginnings';
import { CatchUpTargets } from './catch-up-targets';
import { Coordinator } from './coordination/coordinator';
import { EngineState } from './coordination/engine-state';
import { Emptying } from './emptying';
import { EngineLifeCycle } from './engine-life-cycle';
import type { EngineOptions } from './engine-options';
import { EngineTimes } from './engine-times';
import { InlineProjections } from './inline/inline-projections';
import { LeasedRuns } from './leased-runs';
import { LiveProjections } from './live-projections';
import { makeReaders, type NamedSources } from './make-readers';
import { ProjectionRegistry } from './projection-registry';
import type { SourceReader } from './reading/source-reader';
import type { SourceReaders } from './reading/source-readers';
import { RunnerFactory } from './runner-factory';
import { TypeCheck } from './type-check';
import { ProgressWaits } from './waits/progress-waits';

/**
 * Puts together what this process runs projections by, and what orders to whoever runs them are given by. What happens to
 * a projection is the business of the parts, each of which knows no more of the others than it is given here.
 */
export class Engine {
  readonly registry: ProjectionRegistry;
  readonly state: EngineState;
  readonly times: EngineTimes;
  readonly readers: SourceReaders;
  readonly inline: InlineProjections;
  readonly emptying: Emptying;
  readonly targets = new CatchUpTargets();
  readonly waits: ProgressWaits;
  readonly coordinator: Coordinator;
  readonly lifeCycle: EngineLifeCycle;

  constructor(dataSource: DataSource, store: EventStore, sources: NamedSources, options: EngineOptions) {
    this.registry = new ProjectionRegistry(options.run);
    this.state = new EngineState(dataSource, options.leaseMs);
    this.times = new EngineTimes(options, this.registry);
    const { registry, state, targets, times } = this;

    const budget = new ConnectionBudget(options.connections);
    const loops = (reader: SourceReader) => registry.loopsOf(reader);
    const isRead = (reader: SourceReader) => registry.isRead(reader);
    this.readers = makeReaders(store, sources, options, { budget, loops, isRead });
    const { readers } = this;
    const { watcher } = readers.own;
    const appliers = new BatchAppliers(dataSource, budget, options);

    this.inline = new InlineProjections({ dataSource, source: store, state, watcher, appliers });
    const inlineOf = (name: string) => this.inline.of(name);
    this.emptying = new Emptying({ dataSource, state, inlineOf });

    const snapshot = () => this.coordinator.snapshot;
    const stateOf = (name: string): StateRow | undefined =>
      snapshot().states.find(({ projection }) => projection === name);
    this.waits = new ProgressWaits({
      progress: state.progress,
      segmentsOf: (name) => stateOf(name)?.segments ?? 1,
      isOpen: () => dataSource.isInitialized,
      unownedMs: times.unownedMs,
    });
    const { waits } = this;

    const generationOf = (name: string) => stateOf(name)?.generation ?? 0;
    const shared = { dataSource, state, budget, appliers, waits };
    const runners = new RunnerFactory({ ...options, ...shared, generationOf });
    const live = new LiveProjections(registry, runners);
    const isLeftBehind = () => this.lifeCycle.isLeftBehind;
    const leased = new LeasedRuns({ registry, runners, state, targets, inlineOf, snapshot, isLeftBehind });

    const types = new TypeCheck(dataSource, state, inlineOf);
    const beginnings = new Beginnings(registry, types);
    this.coordinator = new Coordinator(dataSource, options.leaseMs, state, {
      declared: () => registry.all.map((projection) => registry.declared(projection)),
      beginning: (name) => beginnings.of(name),
      runnable: () => leased.runnable,
      candidates: (code, row) => leased.candidates(code, row),
      resegment: (code, row) => leased.resegment(code, row),
      observe: ({ states }) => {
        for (const reader of readers.all) reader.beginnings.note(states);
        live.direct(states);
      },
      outdated: (projection, stored) => registry.get(projection).outdated(stored),
    });
    const { inline, coordinator } = this;
    const parts = { registry, state, readers, inline, coordinator };
    this.lifeCycle = new EngineLifeCycle({ dataSource, ...parts, appliers, types, live });
  }
}
