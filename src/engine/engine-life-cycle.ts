import type { DataSource } from 'typeorm';
import { outsideContext } from '../async/outside-context';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { BatchAppliers } from './applying/batch-appliers';
import { readModelTables } from './applying/read-model-tables';
import type { Coordinator } from './coordination/coordinator';
import type { EngineState } from './coordination/engine-state';
import type { InlineProjections } from './inline/inline-projections';
import { kindOf } from './kinds/kind-of';
import type { LiveProjections } from './live-projections';
import type { ProjectionRegistry } from './projection-registry';
import type { SourceReaders } from './reading/source-readers';
import { logStart } from './start-log';
import type { TypeCheck } from './type-check';
import { ProjectionsNotRunningError } from './waits/waiting.errors';

/** How long a start waits for appends that are open. */
const SETTLES_MS = 1_000;

export interface EngineLifeCycleParts {
  readonly dataSource: DataSource;
  readonly registry: ProjectionRegistry;
  readonly state: EngineState;
  readonly readers: SourceReaders;
  readonly appliers: BatchAppliers;
  readonly inline: InlineProjections;
  readonly types: TypeCheck;
  readonly coordinator: Coordinator;
  readonly live: LiveProjections;
}

/** The projections of this process, from their registration to the end of their loops. */
export class EngineLifeCycle {
  private isStarted = false;
  private stopping = false;
  private leftBehind = false;

  constructor(private readonly parts: EngineLifeCycleParts) {}

  /** Whether the shutdown has gone on without what waits for the database. */
  get isLeftBehind(): boolean {
    return this.leftBehind;
  }

  /** @throws ProjectionsNotRunningError */
  throwIfNotStarted(): void {
    if (!this.isStarted) throw new ProjectionsNotRunningError('not started yet');
  }

  /** @throws the errors of `row.errors.ts`, UnknownReadModelError, UnknownProjectionError, UnknownSourceError on what is declared wrongly */
  register(definitions: readonly ProjectionDefinition[]): void {
    const { dataSource, registry, readers, appliers, inline } = this.parts;
    for (const definition of definitions) {
      // First, for it knows more to say of an unknown row than that it is an unknown read model.
      appliers.check(definition);
      readModelTables(dataSource, definition);
      if (kindOf(definition).joinsAppends) inline.add(definition);
      registry.add(definition, readers.of(definition));
    }
    registry.checkRun();
  }

  /** Starts in an async context of its own; what it opened is closed again where it fails, or is stopped meanwhile. */
  async start(): Promise<void> {
    if (this.stopping) return;
    try {
      await outsideContext(() => this.begin());
    } catch (error) {
      await this.stop();
      await this.close();
      throw error;
    }
  }

  /**
   * Ends all loops and gives the leases back. It comes to its end within twelve seconds, also where it is asked to in the
   * middle of the start, and where the database does not answer.
   * @returns whether nothing was left behind that still waits for the database
   */
  async stop(): Promise<boolean> {
    const { registry, readers, inline, coordinator } = this.parts;
    this.stopping = true;
    inline.stop();
    const [quiet] = await Promise.all([
      coordinator.stop(),
      ...registry.all.map((projection) => projection.stopAll()),
    ]);
    readers.stop();
    this.leftBehind = !quiet || registry.all.some(({ runners }) => runners.length > 0);
    return !this.leftBehind;
  }

  /** Closes the store and the other sources: the end of all appends too. */
  close(): Promise<void> {
    return this.parts.readers.close();
  }

  private async begin(): Promise<void> {
    const { registry, state, readers, types, coordinator, live } = this.parts;
    const steps = [
      async () => {
        for (const { definition } of registry.all) await types.check(definition);
      },
      () => readers.open((source) => state.checkpoints.settled(source)),
      () => readers.start(),
      // A new projection begins at the head, which an append that is open may keep far too low.
      () => readers.settle(SETTLES_MS),
      () => coordinator.start(),
      async () => live.start(coordinator.snapshot.states),
      () => {
        this.isStarted = true;
        return logStart(registry.all, state.progress);
      },
    ];
    for (const step of steps) {
      if (this.stopping) break;
      await step();
    }
    // What a step has opened after the shutdown had gone past it.
    if (this.stopping) {
      readers.stop();
      await this.close();
    }
  }
}
