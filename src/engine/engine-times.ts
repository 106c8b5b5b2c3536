import type { EngineOptions } from './engine-options';
import type { ProjectionRegistry } from './projection-registry';

/** How long a cancelled statement may take to end. */
const CANCEL_MS = 10_000;

/** For how long what the engine does may last, by its options and those of its projections. */
export class EngineTimes {
  constructor(
    private readonly options: EngineOptions,
    private readonly registry: ProjectionRegistry,
  ) {}

  get handlerTimeoutMs(): number {
    return this.options.handlerTimeoutMs;
  }

  /** How long the statements of handlers may take, with time for a cancel to be heard. */
  get longestStatementMs(): number {
    const ofAll = this.registry.all.map(({ definition }) => definition.handlerTimeoutMs);
    return Math.max(this.handlerTimeoutMs, ...ofAll) + CANCEL_MS;
  }

  /** For how long a projection may have no owner, as between two instances, before it counts as run by nobody. */
  get unownedMs(): number {
    return 1.5 * this.options.leaseMs + 1_000;
  }
}
