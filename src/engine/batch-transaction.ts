import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { Fenced } from '../state/checkpoint.store';
import { type Batch, type BatchApplier, PrepareAgain, type PreparedBatch } from './batch';
import { inTransaction } from './transaction';

/** What belongs into the transaction of a batch besides its handlers. */
export interface BatchFrame {
  /** Runs first: claims the batch, and throws where that is not to be had, before any handler has written anything. */
  fence(manager: EntityManager): Promise<Fenced>;
  /** Runs last. */
  finish?(manager: EntityManager): Promise<void>;
}

/** A batch on its way, with what its handlers want done after the commit. */
export interface ReadyBatch {
  readonly prepared: PreparedBatch;
  readonly effects: readonly (() => unknown)[];
}

/** Applies batches of events, each in one TypeORM transaction together with the checkpoint. */
export class BatchTransaction {
  private readonly logger = new Logger(BatchTransaction.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly projection: string,
    private readonly applier: BatchApplier,
  ) {}

  get worksAhead(): boolean {
    return this.applier.worksAhead;
  }

  /** @throws HandlerFailedError when it is an event that failed; nothing was kept then, or on any other error */
  async apply(batch: Batch, frame: BatchFrame): Promise<void> {
    await this.commit(await this.prepare(batch), frame);
  }

  /**
   * @param written resolves when no earlier batch is being written, for where preparing begins anew
   * @throws HandlerFailedError
   */
  async prepare(batch: Batch, written?: () => Promise<void>): Promise<ReadyBatch> {
    for (;;) {
      const effects: (() => unknown)[] = [];
      try {
        const prepared = await this.applier.prepare(batch, (effect) => {
          if (!batch.replaying) effects.push(effect);
        });
        return { prepared, effects };
      } catch (error) {
        this.applier.reset();
        if (!(error instanceof PrepareAgain)) throw error;
        await written?.();
      }
    }
  }

  async commit({ prepared, effects }: ReadyBatch, frame: BatchFrame): Promise<void> {
    try {
      await inTransaction(this.dataSource, async (manager) => {
        await prepared.write(manager, await frame.fence(manager));
        await frame.finish?.(manager);
      });
    } catch (error) {
      this.applier.reset();
      throw error;
    }
    prepared.committed();
    for (const effect of effects) await this.run(effect);
  }

  reset(): void {
    this.applier.reset();
  }

  private async run(effect: () => unknown): Promise<void> {
    try {
      await effect();
    } catch (error) {
      this.logger.error(`Projection "${this.projection}": an afterCommit effect failed`, error);
    }
  }
}
