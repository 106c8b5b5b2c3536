import { until } from '../../async/until';
import type { Engine } from '../engine';
import { NoOwnerError } from '../failures/operation.errors';
import type { ManagedProjection } from '../segment/managed-projection';

/** How often it is looked whether somebody runs a projection. */
const LOOK_MS = 50;

/** Whether somebody is there to run a projection: what is emptied must be filled again. */
export class RunnerPresence {
  constructor(private readonly engine: Engine) {}

  /**
   * Waits as long as a projection may have no owner.
   * @throws NoOwnerError; the reason of the signal
   */
  async need(
    projection: ManagedProjection,
    operation: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { name } = projection.definition;
    const { unownedMs } = this.engine.times;
    const somebody = () => {
      signal?.throwIfAborted();
      return this.hasRunner(projection);
    };
    if (!(await until(somebody, LOOK_MS, unownedMs))) throw new NoOwnerError(name, operation, unownedMs);
  }

  /** Whether somebody would replay the projection if it were emptied now. */
  private async hasRunner(projection: ManagedProjection): Promise<boolean> {
    const { registry, state } = this.engine;
    const { kind, definition } = projection;
    const { name, version } = definition;
    const { states, leases, instances } = await state.control.snapshot();
    const stored = states.find((row) => row.projection === name)?.version ?? 1;
    if (registry.runsHere(projection) && stored <= version) return true;
    if (kind.joinsAppends) return instances.some(({ runs }) => runs.includes(name));
    return !kind.waitsToBeAsked && leases.some((lease) => lease.projection === name && lease.live);
  }
}
