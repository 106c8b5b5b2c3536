import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { ProjectionContext } from '../authoring/projection-context';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { RecordedEvent } from '../events/recorded-event';
import type { Fenced } from '../state/checkpoint.store';
import { HandlerFailedError } from './engine.errors';
import { HandlerWatch } from './handler-watch';
import { inTransaction } from './transaction';

export interface Batch {
  readonly events: readonly RecordedEvent[];
  readonly replaying: boolean;
  readonly attempt: number;
  /** Aborts when the process cannot wait for the batch any longer. */
  readonly calledOff: AbortSignal;
}

/** What belongs into the transaction of a batch besides its handlers. */
export interface BatchFrame {
  /** Runs first: claims the batch, and throws where that is not to be had, before any handler has touched anything. */
  fence(manager: EntityManager): Promise<Fenced>;
  /** Runs last. */
  finish?(manager: EntityManager): Promise<void>;
}

/** Applies batches of events, each in one TypeORM transaction together with the checkpoint. */
export class BatchTransaction {
  private readonly logger = new Logger(BatchTransaction.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly definition: ProjectionDefinition,
    private readonly handlerTimeoutMs: number,
  ) {}

  /** @throws HandlerFailedError when it is an event that failed; nothing was kept then, or on any other error */
  async apply(batch: Batch, frame: BatchFrame): Promise<void> {
    const effects: (() => unknown)[] = [];
    await inTransaction(this.dataSource, async (manager) => {
      const { backend } = await frame.fence(manager);
      let cancelled: Promise<unknown> | undefined;
      const cancel = () => {
        cancelled = this.dataSource.query('SELECT pg_cancel_backend($1)', [backend]).catch(() => undefined);
      };
      const watch = new HandlerWatch(this.handlerTimeoutMs, cancel, batch.calledOff);
      try {
        await this.handle(batch, manager, watch, (effect) => effects.push(effect));
      } finally {
        watch.end();
        // Before the connection is anybody else's, whose statement it would hit.
        await cancelled;
      }
      await frame.finish?.(manager);
    });
    for (const effect of effects) await this.run(effect);
  }

  /** Hands events to their handlers in the transaction of their append. */
  async applyInline(
    events: readonly RecordedEvent[],
    manager: EntityManager,
    afterCommit: ProjectionContext['afterCommit'],
  ): Promise<void> {
    const calledOff = new AbortController().signal;
    const watch = new HandlerWatch(this.handlerTimeoutMs, () => undefined, calledOff);
    try {
      await this.handle({ events, replaying: false, attempt: 1, calledOff }, manager, watch, afterCommit);
    } finally {
      watch.end();
    }
  }

  private async handle(
    { events, replaying, attempt }: Batch,
    manager: EntityManager,
    watch: HandlerWatch,
    afterCommit: ProjectionContext['afterCommit'],
  ): Promise<void> {
    const context: ProjectionContext = {
      manager,
      replaying,
      attempt,
      signal: watch.signal,
      afterCommit: (effect) => {
        if (!replaying) afterCommit(effect);
      },
    };
    for (const event of events)
      for (const handler of this.definition.handlersOf(event.type)) {
        if (replaying && !handler.replay) continue;
        try {
          const result = handler.handle(event, context);
          if (isPromise(result)) await watch.guard(result);
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

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
