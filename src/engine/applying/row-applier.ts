import type { ClientBase } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { RowContext } from '../../authoring/projection-context';
import type { RowHandler } from '../../authoring/projection-definition';
import { madeOf } from '../../events/made-of';
import type { RecordedEvent } from '../../events/recorded-event';
import type { RowSession } from '../../read-models/row-session';
import { type AfterCommit, type Batch, type BatchApplier, PrepareAgain, type PreparedBatch } from './batch';
import { StatementCancel } from '../../database/statement-cancel';
import type { ConnectionBudget } from '../../database/connection-budget';
import { HandlerFailedError, keyOf } from '../failures/handler-failed.error';
import { HandlerWatch } from './handler-watch';
import { type FoldStep, RowFold } from './row-fold';
import { isPromise, leaveUnheard } from '../../async/is-promise';

/** More rows than this gain nothing from fewer round trips. */
const FEW_ROWS = 100;

/**
 * Runs handlers that fold rows: loads the rows a batch needs at once, folds in memory, and saves what changed at once.
 * Only saving needs the transaction, so that a batch is folded while the one before it is being written.
 */
export class RowApplier implements BatchApplier {
  readonly worksAhead = true;

  constructor(
    private readonly dataSource: DataSource,
    private readonly projection: string,
    private readonly handlersOf: (type: string) => readonly RowHandler[],
    private readonly session: RowSession,
    /** The handlers known to leave rows alone, which they may have changed before they decided to. */
    private readonly mayLeaveAlone: Set<RowHandler>,
    private readonly budget: ConnectionBudget,
    private readonly timeoutMs: number,
  ) {}

  async prepare(batch: Batch, afterCommit: AfterCommit, within?: EntityManager): Promise<PreparedBatch> {
    this.session.begin(batch.events.length === 1);
    const steps = this.plan(batch);
    if (this.session.isMissingRows && this.session.mustWait) throw new PrepareAgain();
    if (this.session.isMissingRows)
      await this.withClient(within, (client) => this.session.load(client, !!within));
    await this.fold(steps, batch, afterCommit, within);
    const writes = this.session.end();
    return {
      write: async (manager, fenced) => {
        if (writes.count === 0) return;
        const cancel = new StatementCancel(this.dataSource, fenced);
        batch.calledOff.addEventListener('abort', cancel.send);
        const client = (await manager.queryRunner!.connect()) as ClientBase;
        try {
          await writes.save(client);
        } finally {
          batch.calledOff.removeEventListener('abort', cancel.send);
          await cancel.settled(client);
        }
      },
      steps: writes.count > FEW_ROWS ? undefined : writes.steps,
      committed: ({ transaction }) => writes.committed(transaction),
    };
  }

  reset(): void {
    this.session.reset();
  }

  private plan({ events, replaying }: Batch): FoldStep[] {
    const steps: FoldStep[] = [];
    for (const event of events)
      for (const handler of this.handlersOf(event.type)) {
        if (replaying && !handler.replay) continue;
        const table = this.session.tableOf(handler.row);
        try {
          const keys = keysOf(handler, event);
          if (!Array.isArray(keys)) steps.push({ event, handler, table, row: table.rowOf(keys) });
          else for (const row of table.rowsOf(keys)) steps.push({ event, handler, table, row });
        } catch (error) {
          throw new HandlerFailedError(this.projection, keyOf(handler.method), event, error);
        }
      }
    return steps;
  }

  private async withClient(
    within: EntityManager | undefined,
    work: (client: ClientBase) => Promise<void>,
  ): Promise<void> {
    if (within) return work((await within.queryRunner!.connect()) as ClientBase);
    await this.budget.use(async () => {
      const runner = this.dataSource.createQueryRunner();
      try {
        await work((await runner.connect()) as ClientBase);
      } finally {
        await runner.release();
      }
    });
  }

  private async fold(
    steps: readonly FoldStep[],
    { replaying, attempt, calledOff }: Batch,
    afterCommit: AfterCommit,
    within: EntityManager | undefined,
  ): Promise<void> {
    const { projection, mayLeaveAlone } = this;
    const watch = new HandlerWatch(this.timeoutMs, () => undefined, calledOff);
    const context: RowContext = { replaying, attempt, signal: watch.signal, afterCommit };
    const ask = () => this.withClient(within, (client) => this.session.ask(client));
    try {
      await new RowFold(steps, { projection, context, watch, mayLeaveAlone, ask }).run();
    } finally {
      watch.end();
    }
  }
}

/** @throws TypeError of what is a promise, which no key is */
function keysOf(handler: RowHandler, event: RecordedEvent): unknown {
  const keys = madeOf(handler.key, event);
  if (!isPromise(keys) && !(Array.isArray(keys) && keys.some(isPromise))) return keys;
  for (const key of [keys].flat()) if (isPromise(key)) leaveUnheard(key);
  throw new TypeError('it gave a promise, and must give the key itself');
}
