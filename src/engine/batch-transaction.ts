import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { ProjectionContext } from '../authoring/projection-context';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { RecordedEvent } from '../events/recorded-event';
import { HandlerFailedError } from './engine.errors';

export interface Batch {
  readonly events: readonly RecordedEvent[];
  readonly replaying: boolean;
  readonly signal: AbortSignal;
}

/** Applies batches of events, each in one TypeORM transaction together with what `fence` does. */
export class BatchTransaction {
  private readonly logger = new Logger(BatchTransaction.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly definition: ProjectionDefinition,
  ) {}

  /**
   * @param fence runs first in the transaction: it claims the batch and throws where that is not to be had, before
   * any handler has touched anything
   */
  async apply(batch: Batch, fence: (manager: EntityManager) => Promise<void>): Promise<void> {
    const effects: (() => unknown)[] = [];
    await this.dataSource.transaction(async (manager) => {
      await fence(manager);
      await this.handle(batch, manager, (effect) => effects.push(effect));
    });
    for (const effect of effects) await this.run(effect);
  }

  /** Hands the events to their handlers in a transaction that somebody else began. */
  async handle(
    { events, replaying, signal }: Batch,
    manager: EntityManager,
    afterCommit: ProjectionContext['afterCommit'],
  ): Promise<void> {
    const context: ProjectionContext = {
      manager,
      replaying,
      attempt: 1,
      signal,
      afterCommit: (effect) => {
        if (!replaying) afterCommit(effect);
      },
    };
    for (const event of events)
      for (const handler of this.definition.handlersOf(event.type)) {
        if (replaying && !handler.replay) continue;
        try {
          await handler.handle(event, context);
        } catch (error) {
          throw new HandlerFailedError(this.definition.name, handler.method, event, error);
        }
      }
  }

  private async run(effect: () => unknown): Promise<void> {
    try {
      await effect();
    } catch (error) {
      this.logger.error(`Projection "${this.definition.name}": an afterCommit effect failed`, error);
    }
  }
}
