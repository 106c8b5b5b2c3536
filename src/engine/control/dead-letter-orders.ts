import { outsideContext } from '../../async/outside-context';
import type { AuditNote } from '../../state/audit.store';
import type { DeadLetter, DeadLetterFilter } from '../../state/dead-letter';
import type { Engine } from '../engine';
import type { RetryOutcome } from '../letters/dead-letter-queue';
import type { ManagedProjection } from '../segment/managed-projection';
import { needOutside } from './need-outside';
import type { Operator } from './operator';

/** What is to become of the events that a projection has set aside. */
export class DeadLetterOrders {
  constructor(
    private readonly engine: Engine,
    private readonly operator: Operator,
  ) {}

  list({ definition }: ManagedProjection, filter: DeadLetterFilter): Promise<DeadLetter[]> {
    return this.engine.state.deadLetters.list(definition.name, filter);
  }

  async retry(
    projection: ManagedProjection,
    filter: DeadLetterFilter,
    actor: AuditNote,
  ): Promise<RetryOutcome> {
    const { name } = projection.definition;
    await needOutside(name, 'retry dead letters');
    return outsideContext(async () => {
      const outcomes = await this.operator.order<RetryOutcome>(projection, 'retry', { filter, actor });
      const outcome = {
        applied: outcomes.reduce((sum, { applied }) => sum + applied, 0),
        failed: outcomes.reduce((sum, { failed }) => sum + failed, 0),
      };
      await this.engine.state.audits.add(name, 'retry', actor, { filter, ...outcome });
      return outcome;
    });
  }

  /** @returns how many were removed */
  async discard(projection: ManagedProjection, filter: DeadLetterFilter, actor: AuditNote): Promise<number> {
    await needOutside(projection.definition.name, 'discard dead letters');
    const order = { filter, actor };
    const outcomes = await outsideContext(() =>
      this.operator.order<{ discarded: number }>(projection, 'discard', order),
    );
    return outcomes.reduce((sum, { discarded }) => sum + discarded, 0);
  }
}
