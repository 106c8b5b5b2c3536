import type { DataSource, EntityManager } from 'typeorm';
import type { Claim, Fenced } from '../../state/checkpoint.store';
import { runEffects } from './after-commit';
import { type Batch, type BatchApplier, PrepareAgain, type PreparedBatch } from './batch';
import { asLoopWork } from './loop-work';
import { inTransaction } from '../../database/transaction';
import { SingleStatement } from './single-statement';

/** Ends a rehearsal, so that nothing of it is kept. */
class Rehearsed extends Error {}

const endRehearsal = (): Promise<never> => Promise.reject(new Rehearsed());

/** What belongs into the transaction of a batch besides its handlers. */
export interface BatchFrame {
  /** Runs first: claims the batch, and throws where that is not to be had, before any handler has written anything. */
  fence(manager: EntityManager): Promise<Fenced>;
  /** The same as a part of one statement with all that the batch writes, where nothing else belongs to it. */
  readonly claim?: Claim | undefined;
  /** Runs last. */
  finish?(manager: EntityManager): Promise<void>;
}

/** A batch on its way, with what its handlers want done after the commit. */
export interface ReadyBatch {
  readonly prepared: PreparedBatch;
  readonly effects: readonly (() => unknown)[];
  readonly calledOff: AbortSignal;
}

/** Applies batches of events, each in one TypeORM transaction together with the checkpoint. */
export class BatchTransaction {
  private readonly single: SingleStatement;

  constructor(
    private readonly dataSource: DataSource,
    private readonly projection: string,
    private readonly applier: BatchApplier,
    private readonly effectTimeoutMs: number,
    /** Up to where everything is applied, or about to be, without what runs here. */
    private readonly standsAt: () => bigint | undefined,
  ) {
    this.single = new SingleStatement(dataSource, projection);
  }

  get worksAhead(): boolean {
    return this.applier.worksAhead;
  }

  /** @throws HandlerFailedError when it is an event that failed; nothing was kept then, or on any other error */
  async apply(batch: Batch, frame: BatchFrame): Promise<void> {
    const ready = await this.prepare(batch);
    await this.commit(ready, frame);
    await this.runEffects(ready);
  }

  /** Tries whether a batch can be applied, and keeps nothing of it. */
  async rehearse(batch: Batch, fence: BatchFrame['fence']): Promise<void> {
    const ready = await this.prepare(batch);
    await this.commit(ready, { fence, finish: endRehearsal }).catch((error: unknown) => {
      if (!(error instanceof Rehearsed)) throw error;
    });
  }

  /**
   * @param written resolves when no earlier batch is being written, for where preparing begins anew
   * @throws HandlerFailedError
   */
  async prepare(batch: Batch, written?: () => Promise<void>): Promise<ReadyBatch> {
    for (;;) {
      const effects: (() => unknown)[] = [];
      try {
        const prepare = () =>
          this.applier.prepare(batch, (effect) => {
            if (!batch.replaying) effects.push(effect);
          });
        const prepared = await asLoopWork(this.projection, this.standsAt, prepare);
        return { prepared, effects, calledOff: batch.calledOff };
      } catch (error) {
        this.applier.reset();
        if (!(error instanceof PrepareAgain)) throw error;
        await written?.();
      }
    }
  }

  /** To be followed by `runEffects`, when nothing is held that others may wait for. */
  async commit(ready: ReadyBatch, frame: BatchFrame): Promise<void> {
    let fenced: Fenced;
    try {
      fenced =
        (await this.single.commit(ready, frame.claim)) ??
        (await asLoopWork(this.projection, this.standsAt, () => this.transact(ready, frame)));
    } catch (error) {
      this.reset();
      throw error;
    }
    ready.prepared.committed(fenced);
  }

  /** Runs what handlers want done after the commit, one after the other. What fails there, or hangs, is only told. */
  async runEffects({ effects }: ReadyBatch): Promise<void> {
    await runEffects(this.projection, effects, this.effectTimeoutMs, this.standsAt);
  }

  reset(): void {
    this.applier.reset();
    this.single.reset();
  }

  private transact({ prepared }: ReadyBatch, frame: BatchFrame): Promise<Fenced> {
    return inTransaction(this.dataSource, async (manager) => {
      const fenced = await frame.fence(manager);
      await prepared.write(manager, fenced);
      await frame.finish?.(manager);
      return fenced;
    });
  }
}
