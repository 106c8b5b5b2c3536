import { outsideContext } from '../../async/outside-context';
import type { AuditNote } from '../../state/audit.store';
import type { Engine } from '../engine';
import { UnsupportedOperationError } from '../failures/operation.errors';
import { segmentOfFailure } from '../reading/segment-of-failure';
import type { ManagedProjection } from '../segment/managed-projection';
import { needOutside } from './need-outside';
import type { Operator } from './operator';

/** Has a stopped projection go on behind the event that it stopped before. */
export class Skipping {
  constructor(
    private readonly engine: Engine,
    private readonly operator: Operator,
  ) {}

  async skip(projection: ManagedProjection, position: bigint, actor: AuditNote): Promise<void> {
    const { kind, definition, reader } = projection;
    const { name } = definition;
    const { state, coordinator } = this.engine;
    if (!kind.keepsCheckpoint)
      throw new UnsupportedOperationError(
        'skip an event',
        name,
        'it is live and keeps no checkpoint: fix the handler and resume it, or restart its instances, which begin at the head',
      );
    await needOutside(name, 'skip an event');
    const order = { position: String(position), actor };
    await outsideContext(async () => {
      const stored = await state.control.read(name);
      const segment = await segmentOfFailure(definition, stored, reader.source);
      await this.operator.order(projection, 'skip', order, segment);
      await coordinator.nudge();
    });
  }
}
