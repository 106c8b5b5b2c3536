import { setImmediate } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { RowContext } from '../../authoring/projection-context';
import type { RowHandler } from '../../authoring/projection-definition';
import { ownEvent } from '../../events/own-event';
import type { RecordedEvent } from '../../events/recorded-event';
import type { RowSession } from '../../read-models/row-session';
import { InseparableRowsError } from '../../read-models/row.errors';
import type { CachedRow } from '../../read-models/cached-row';
import type { TableSession } from '../../read-models/table-session';
import { type AfterCommit, type Batch, type BatchApplier, PrepareAgain, type PreparedBatch } from './batch';
import { StatementCancel } from '../../database/statement-cancel';
import type { ConnectionBudget } from '../../database/connection-budget';
import { HandlerFailedError, keyOf } from '../failures/engine.errors';
import { HandlerWatch } from './handler-watch';
import { isPromise, leaveUnheard } from '../../async/is-promise';

/** Then others have their turn: requests to the application, and the batch being written. */
const FOLDED_AT_A_STRETCH = 500;

/** A handler about to fold an event into the rows of its keys. */
interface Step {
  readonly event: RecordedEvent;
  readonly handler: RowHandler;
  readonly table: TableSession;
  readonly rows: readonly CachedRow[];
}

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
        if (writes.isEmpty) return;
        const cancel = new StatementCancel(this.dataSource, fenced);
        batch.calledOff.addEventListener('abort', cancel.send);
        const client = (await manager.queryRunner!.connect()) as ClientBase;
        try {
          await writes.save(client, fenced.transaction);
        } finally {
          batch.calledOff.removeEventListener('abort', cancel.send);
          await cancel.settled(client);
        }
      },
      committed: () => writes.committed(),
    };
  }

  reset(): void {
    this.session.reset();
  }

  private plan({ events, replaying }: Batch): Step[] {
    const steps: Step[] = [];
    for (const event of events)
      for (const handler of this.handlersOf(event.type)) {
        if (replaying && !handler.replay) continue;
        const table = this.session.tableOf(handler.row);
        try {
          steps.push({ event, handler, table, rows: table.rowsOf(keysOf(handler, event)) });
        } catch (error) {
          throw new HandlerFailedError(this.projection, keyOf(handler.method), event, error);
        }
      }
    return steps;
  }

  /** Copying every row for the few that are left alone would cost all handlers: those that do so are remembered. */
  private foldAgain(handler: RowHandler): never {
    this.mayLeaveAlone.add(handler);
    throw new PrepareAgain();
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
    steps: readonly Step[],
    batch: Batch,
    afterCommit: AfterCommit,
    within: EntityManager | undefined,
  ): Promise<void> {
    const watch = new HandlerWatch(this.timeoutMs, () => undefined, batch.calledOff);
    const { replaying, attempt } = batch;
    const context: RowContext = { replaying, attempt, signal: watch.signal, afterCommit };
    let folded = 0;
    try {
      for (const { event, handler, table, rows } of steps) {
        if (++folded % FOLDED_AT_A_STRETCH === 0) await setImmediate();
        for (const row of rows) {
          if (table.isOpen(row)) await this.withClient(within, (client) => this.session.ask(client));
          try {
            const { value } = row;
            const kept = table.needsBefore || this.mayLeaveAlone.has(handler);
            const before = kept ? table.copyOf(row) : value;
            let result = handler.handle(ownEvent(event), value, context);
            if (isPromise(result)) result = await watch.guard(result);
            if (result === undefined && value && !kept) this.foldAgain(handler);
            table.keep(row, result, before);
          } catch (error) {
            if (error instanceof PrepareAgain || error instanceof InseparableRowsError) throw error;
            throw new HandlerFailedError(this.projection, handler.method, event, error);
          }
        }
      }
    } finally {
      watch.end();
    }
  }
}

/** @throws TypeError of what is a promise, which no key is */
function keysOf(handler: RowHandler, event: RecordedEvent): unknown {
  const keys = handler.key(ownEvent(event));
  if (!isPromise(keys) && !(Array.isArray(keys) && keys.some(isPromise))) return keys;
  for (const key of [keys].flat()) if (isPromise(key)) leaveUnheard(key);
  throw new TypeError('it gave a promise, and must give the key itself');
}
