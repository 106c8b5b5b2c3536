import { outsideContext } from '../../async/outside-context';
import type { AuditNote } from '../../state/audit.store';
import type { Engine } from '../engine';
import { UnsupportedOperationError } from '../failures/operation.errors';
import type { ManagedProjection } from '../segment/managed-projection';
import type { WaitLimits } from '../waits/waiter';
import type { CatchingUp } from './catching-up';
import { needOutside } from './need-outside';
import type { Operator } from './operator';
import { RunnerPresence } from './runner-presence';
import type { Waiting } from './waiting';

/** Empties the read models of a projection and has all events applied again. */
export class Rebuilding {
  private readonly presence: RunnerPresence;

  constructor(
    private readonly engine: Engine,
    private readonly operator: Operator,
    private readonly catchingUp: CatchingUp,
    private readonly waiting: Waiting,
  ) {
    this.presence = new RunnerPresence(engine);
  }

  async rebuild(projection: ManagedProjection, actor: AuditNote, limits: Partial<WaitLimits>): Promise<void> {
    const { kind, definition, reader } = projection;
    const { name } = definition;
    const { emptying, coordinator, state } = this.engine;
    throwIfImpossible(projection);
    await needOutside(name, 'be rebuilt');
    await outsideContext(async () => {
      await this.presence.need(projection, 'rebuild', limits.signal);
      const { settled } = await reader.source.head();
      await emptying.empty(projection);
      await coordinator.nudge();
      await state.audits.add(name, 'rebuild', actor);
      this.operator.announce(projection, 'is rebuilt', actor);
      if (kind.waitsToBeAsked) await this.catchingUp.runTo(projection, settled, 'rebuild');
      await this.waiting.forRun(projection, settled, 'rebuild', limits);
    });
  }
}

function throwIfImpossible({ kind, definition: { name, readModels } }: ManagedProjection): void {
  if (!kind.keepsCheckpoint)
    throw new UnsupportedOperationError('be rebuilt', name, 'it is live and keeps nothing');
  if (readModels.length === 0)
    throw new UnsupportedOperationError(
      'be rebuilt',
      name,
      'it declares no readModels, and replaying into tables that still hold rows would count events twice',
    );
}
