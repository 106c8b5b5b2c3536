import type { StateRow } from '../state/projection-state';
import type { ProjectionRegistry } from './projection-registry';
import type { RunnerFactory } from './runner-factory';
import { asHere } from './segment/live-stop';
import type { ManagedProjection } from './segment/managed-projection';
import { following } from './segment/run-mode';
import { VolatileCursor } from './segment/segment-cursor';
import type { Directive } from './segment/segment-runner';

/** Runs the live projections, which have neither checkpoints nor leases: every instance does what the database says. */
export class LiveProjections {
  constructor(
    private readonly registry: ProjectionRegistry,
    private readonly runners: RunnerFactory,
  ) {}

  /** @param states what the database says of all projections */
  start(states: readonly StateRow[]): void {
    for (const projection of this.all) {
      if (!this.registry.runsHere(projection)) continue;
      const id = { projection: projection.definition.name, segment: 0 };
      const cursor = new VolatileCursor(projection.reader.watcher);
      const runner = this.runners.make(projection, id, 1, cursor, following);
      runner.direct(directiveOf(projection, states));
      projection.start(0, runner).catch(() => undefined);
    }
  }

  direct(states: readonly StateRow[]): void {
    for (const projection of this.all) projection.direct(0, directiveOf(projection, states));
  }

  private get all(): ManagedProjection[] {
    return this.registry.all.filter(({ kind }) => !kind.keepsCheckpoint);
  }
}

/** It has neither a checkpoint to be sent back nor commands. */
function directiveOf(projection: ManagedProjection, states: readonly StateRow[]): Directive {
  const row = states.find(({ projection: name }) => name === projection.definition.name);
  return { state: row ? asHere(projection, row).state : 'running', generation: 0, commands: [] };
}
