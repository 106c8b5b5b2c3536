import { appendedEvents } from '../../events/appended-events';
import type { AppendResult } from '../../events/event-store';
import { loopWorkOf } from '../applying/loop-work';
import type { Engine } from '../engine';
import { UnsupportedOperationError } from '../failures/operation.errors';
import type { ManagedProjection } from '../segment/managed-projection';
import type { WaitLimits } from '../waits/waiter';

/** Waits until a projection has got somewhere. Whether it is the projection that waits, the caller's async context tells. */
export class Waiting {
  constructor(private readonly engine: Engine) {}

  /** @throws UnsupportedOperationError where the projection can never be seen to be there */
  async forWritten(
    projection: ManagedProjection,
    written: bigint | AppendResult,
    limits: WaitLimits,
  ): Promise<void> {
    const { kind, definition } = projection;
    const { name, source } = definition;
    if (!kind.keepsCheckpoint && !this.engine.registry.runsHere(projection))
      throw new UnsupportedOperationError(
        'be waited for',
        name,
        'it is live and does not run in this instance (see the option run), and each instance has its own',
      );
    if (source !== undefined && typeof written !== 'bigint')
      throw new UnsupportedOperationError(
        'be waited for with the result of an append',
        name,
        `it reads the source "${source}", of which that says nothing: give the position of the event there`,
      );
    const what =
      typeof written === 'bigint'
        ? { position: written, mustShow: false, events: undefined }
        : { position: written.globalPosition, mustShow: true, events: appendedEvents(written) };
    const target = { ...what, replayed: false, operation: undefined, inside: loopWorkOf(name) };
    await this.engine.waits.wait(projection, target, limits);
  }

  /** Waits for a run that somebody has asked for; it goes on without him. */
  async forRun(
    projection: ManagedProjection,
    position: bigint,
    operation: string,
    { timeoutMs = Infinity, signal }: Partial<WaitLimits>,
  ): Promise<void> {
    const { kind, definition } = projection;
    const inside = loopWorkOf(definition.name);
    const replayed = kind.keepsCheckpoint;
    const target = { position, mustShow: false, events: undefined, replayed, operation, inside };
    await this.engine.waits.wait(projection, target, { timeoutMs, signal });
  }
}
