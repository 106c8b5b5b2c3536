import type { EntityManager } from 'typeorm';
import type { ProjectionDefinition } from '../../authoring/projection-definition';
import type { RecordedEvent } from '../../events/recorded-event';
import { ForeignWriteError } from '../../read-models/row.errors';
import type { Fenced } from '../../state/checkpoint.store';
import { sqlStateOf } from '../../database/sql-state';
import { type AfterCommit, type Batch, type BatchApplier, PrepareAgain } from '../applying/batch';
import { AT_COMMIT, HandlerFailedError } from '../failures/handler-failed.error';
import { asLoopWork } from '../applying/loop-work';
import { AbortedTransactionError, assertNotAborted } from '../../database/transaction';

/** How often an append folds its rows again after others made the same ones. */
const MAX_RACES = 20;
/** An append needs no fence, and nobody else knows its session. */
const NO_FENCE: Fenced = { backend: 0, transaction: '' };
/** Serialization failure, deadlock: for whoever owns the transaction to try again, and by these codes he knows them. */
const TRY_AGAIN = new Set(['40001', '40P01']);

export interface InlineBatch {
  readonly events: readonly RecordedEvent[];
  readonly afterCommit: AfterCommit;
  /** Events up to here are history that is replayed; `undefined` when none is. */
  readonly replayUntil: bigint | undefined;
  readonly calledOff: AbortSignal;
}

/** Runs the handlers of an inline projection within a transaction that is open already. */
export class InlineHandlers {
  constructor(
    private readonly definition: ProjectionDefinition,
    private readonly makeApplier: () => BatchApplier,
  ) {}

  /**
   * One by one: whoever commits would take the COMMIT of a transaction that a handler broke in silence for one.
   * @throws HandlerFailedError, and as they are the errors after which the whole transaction is to be tried again
   */
  async apply(batch: InlineBatch, manager: EntityManager): Promise<void> {
    const [first] = batch.events;
    if (!first) return;
    const before = first.globalPosition - 1n;
    await asLoopWork(
      this.definition.name,
      () => before,
      () => this.applyAll(batch, manager),
    );
  }

  private async applyAll(batch: InlineBatch, manager: EntityManager): Promise<void> {
    for (const event of batch.events)
      try {
        batch.calledOff.throwIfAborted();
        await this.applyOne(event, batch, manager);
        await this.assertNotAborted(event, manager);
      } catch (error) {
        if (isToTryAgain(error)) throw error.cause;
        // What rows are refused for when they are saved is the event's, whose handler has returned by then.
        throw isRefusal(error)
          ? new HandlerFailedError(this.definition.name, AT_COMMIT, event, error)
          : error;
      }
  }

  private async assertNotAborted(event: RecordedEvent, manager: EntityManager): Promise<void> {
    try {
      await assertNotAborted(manager.queryRunner!);
    } catch (error) {
      if (!(error instanceof AbortedTransactionError)) throw error;
      const method = this.definition.handlers.of(event.type).at(-1)!.method;
      throw new HandlerFailedError(this.definition.name, method, event, error);
    }
  }

  /** Rows that appends make at the same time are found out at their writing, and folded again. */
  private async applyOne(
    event: RecordedEvent,
    { afterCommit, replayUntil, calledOff }: InlineBatch,
    manager: EntityManager,
  ): Promise<void> {
    const replaying = replayUntil !== undefined && event.globalPosition <= replayUntil;
    const batch: Batch = { events: [event], replaying, attempt: 1, calledOff };
    const applier = this.makeApplier();
    const work = async (within: EntityManager) => {
      const prepared = await applier.prepare(batch, afterCommit, within);
      await prepared.write(within, NO_FENCE);
    };
    for (let race = 1; ; race++)
      try {
        await (applier.worksAhead ? manager.transaction(work) : work(manager));
        return;
      } catch (error) {
        applier.reset();
        const again = error instanceof ForeignWriteError || error instanceof PrepareAgain;
        if (!again || race === MAX_RACES) throw error;
      }
  }
}

function isToTryAgain(error: unknown): error is HandlerFailedError {
  return error instanceof HandlerFailedError && TRY_AGAIN.has(sqlStateOf(error.cause) ?? '');
}

/** Data that a column does not take, and violated constraints. */
function isRefusal(error: unknown): boolean {
  return /^2[23]\w{3}$/.test(sqlStateOf(error) ?? '');
}
