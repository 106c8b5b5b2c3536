import { outsideContext } from '../../async/outside-context';
import type { ProjectionProgress } from '../../state/progress.store';
import type { Engine } from '../engine';
import { NoOwnerError } from '../failures/operation.errors';
import type { ManagedProjection } from '../segment/managed-projection';
import type { WaitLimits } from '../waits/waiter';
import { ProjectionPausedError } from '../waits/waiting.errors';
import type { Waiting } from './waiting';

/** Has a projection apply what is settled when it is asked to. */
export class CatchingUp {
  constructor(
    private readonly engine: Engine,
    private readonly waiting: Waiting,
  ) {}

  /** @returns the position reached */
  async toHead(projection: ManagedProjection, limits: Partial<WaitLimits>): Promise<bigint> {
    const settled = await outsideContext(async () => {
      const head = await projection.reader.source.head();
      if (projection.kind.waitsToBeAsked) await this.runTo(projection, head.settled, 'catch up');
      return head.settled;
    });
    // Whether it waits for itself can be told by the caller's context.
    await this.waiting.forRun(projection, settled, 'catch up', limits);
    return settled;
  }

  /** Has a catch-up projection run in this process, as soon as nobody else runs it, until `target` is applied. */
  async runTo(projection: ManagedProjection, target: bigint, operation: string): Promise<void> {
    const { registry, state, targets, coordinator } = this.engine;
    const { name } = projection.definition;
    const [row] = await state.progress.progressOf([name]);
    if (row && isThere(row, target)) return;
    if (row?.state === 'paused') throw new ProjectionPausedError(name, operation);
    if (!registry.runsHere(projection)) throw new NoOwnerError(name, operation, 0);
    targets.set(name, target);
    await coordinator.nudge();
  }
}

const isThere = ({ segments }: ProjectionProgress, target: bigint): boolean =>
  segments.every(({ position, begun, replaying }) => begun && BigInt(position) >= target && !replaying);
