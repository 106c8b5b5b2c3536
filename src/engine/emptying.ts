import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { withSilentConnections } from '../database/silent-connections';
import { exemptFromTermination } from '../state/exempt-from-termination';
import type { StateRow } from '../state/projection-state';
import { readModelTables } from './applying/read-model-tables';
import type { EngineState } from './coordination/engine-state';
import { isOfAnotherStore } from './failures/is-of-another-store';
import type { InlineProjection } from './inline/inline-projection';
import type { ManagedProjection } from './segment/managed-projection';
import { ProjectionPausedError } from './waits/waiting.errors';

export interface EmptyingParts {
  readonly dataSource: DataSource;
  readonly state: EngineState;
  readonly inlineOf: (projection: string) => InlineProjection | undefined;
}

/** Sends projections back to their beginning. */
export class Emptying {
  private readonly logger = new Logger('Projection');

  constructor(private readonly parts: EmptyingParts) {}

  /**
   * Empties the read models and sets the checkpoints to the start, all or nothing. It waits for the batch in flight,
   * here or elsewhere, and every owner finds out and begins again.
   * @throws ProjectionPausedError
   */
  async empty({ definition, reader }: ManagedProjection): Promise<void> {
    const { dataSource, inlineOf } = this.parts;
    const { checkpoints, control, registrations, deadLetters } = this.parts.state;
    const { name } = definition;
    const tables = readModelTables(dataSource, definition);
    const state = await control.read(name);
    const beginsAfter = BigInt(state?.beginsAfter ?? 0);
    const { settled, last } = await reader.source.head();
    // Where the store has begun again, what the projection had got to is no history of it.
    const beyond = beginsAfter > last || isOfAnotherStore(state?.failure);
    const end = beyond ? settled : undefined;
    const position = beginsAfter > last ? settled : beginsAfter;
    const work = async (manager: EntityManager, historyUntil?: bigint) => {
      const replayUntil = end ?? historyUntil;
      await exemptFromTermination(manager);
      // The checkpoints first: their locks are the ones a batch takes first too.
      await checkpoints.reset(manager, name, { position, replayUntil });
      await deadLetters.clear(manager, name);
      // Also one that was paused a moment ago: that its pause ends must not be a side effect.
      if (!(await control.leaveStop(manager, name))) throw new ProjectionPausedError(name, 'be rebuilt');
      await control.nextGeneration(manager, name);
      if (end !== undefined)
        await registrations.beginWithin(manager, name, { after: position, historyUntil: end });
      if (tables.length > 0) await manager.query(`TRUNCATE ${tables.join(', ')}`);
    };
    const inline = inlineOf(name);
    // It may wait long for whoever reads the tables.
    await (inline
      ? inline.empty((manager, historyUntil) => work(manager, later(historyUntil, state)))
      : withSilentConnections(dataSource).transaction('READ COMMITTED', (manager) => work(manager)));
    if (position < beginsAfter)
      this.logger.warn(
        `Projection "${name}" began behind position ${beginsAfter}, which the store does not have any more: ` +
          `it begins behind ${position} now, where the store ends.`,
      );
  }
}

function later(position: bigint, state: StateRow | undefined): bigint {
  const historyUntil = BigInt(state?.historyUntil ?? 0);
  return historyUntil > position ? historyUntil : position;
}
