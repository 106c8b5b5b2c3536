import type { PoolClient } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { ProjectionContext } from '../../authoring/projection-context';
import type { ProjectionHandler } from '../../authoring/projection-definition';
import { ownEvent } from '../../events/own-event';
import type { Fenced } from '../../state/checkpoint.store';
import { prepareQueries } from '../../database/prepare-queries';
import type { StatementNames } from '../../database/statement-names';
import type { AfterCommit, Batch, BatchApplier, PreparedBatch } from './batch';
import { TransactionEndedError, type UnawaitedHandlerError } from '../failures/handler-conduct.errors';
import { HandlerFailedError } from '../failures/handler-failed.error';
import { HandlerStatements, refuseTransactionControl } from './handler-statements';
import { HandlerWatch } from './handler-watch';
import { isPromise } from '../../async/is-promise';
import { StatementCancel } from '../../database/statement-cancel';
import { StatementPipeline } from '../../database/statement-pipeline';
import { hasEnded } from '../../database/transaction';

/** Runs handlers that write through the transaction, one event after the other. */
export class TransactionApplier implements BatchApplier {
  readonly worksAhead = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly projection: string,
    private readonly handlersOf: (type: string) => readonly ProjectionHandler[],
    private readonly timeoutMs: number,
    /** `undefined` where statements are not to be prepared */
    private readonly names: StatementNames | undefined,
    /** Told of a statement that a handler sent when its batch was over. */
    private readonly unawaited: (error: UnawaitedHandlerError) => void,
  ) {}

  prepare(batch: Batch, afterCommit: AfterCommit): Promise<PreparedBatch> {
    return Promise.resolve({
      write: (manager, fenced) => this.write(batch, afterCommit, manager, fenced),
      committed: () => undefined,
    });
  }

  reset(): void {
    // It remembers nothing.
  }

  private async write(
    batch: Batch,
    afterCommit: AfterCommit,
    manager: EntityManager,
    fenced: Fenced,
  ): Promise<void> {
    if (batch.events.length === 0) return;
    const cancel = new StatementCancel(this.dataSource, fenced);
    const watch = new HandlerWatch(this.timeoutMs, cancel.send, batch.calledOff);
    const client = (await manager.queryRunner!.connect()) as PoolClient;
    const pipeline = new StatementPipeline(client, this.names);
    const leave = this.names && prepareQueries(client, this.names);
    const statements = new HandlerStatements(this.dataSource, manager.queryRunner!, this.unawaited);
    let applied = false;
    try {
      await this.handle(batch, afterCommit, client, watch, pipeline, statements);
      await watch.guard(pipeline.drain());
      applied = true;
    } finally {
      // pg tells answers by their order: none may be on its way when the next statement waits for its own.
      await watch.guard(pipeline.drain()).catch(() => undefined);
      statements.end(applied);
      watch.end();
      await cancel.settled(client);
      // Where it took too long, what was sent is cancelled by now.
      await pipeline.drain().catch(() => undefined);
      leave?.();
      pipeline.close();
    }
  }

  private async handle(
    { events, replaying, attempt }: Batch,
    afterCommit: AfterCommit,
    client: PoolClient,
    watch: HandlerWatch,
    pipeline: StatementPipeline,
    statements: HandlerStatements,
  ): Promise<void> {
    let blame!: (error: unknown) => HandlerFailedError;
    const context: ProjectionContext = {
      manager: statements.manager,
      replaying,
      attempt,
      signal: watch.signal,
      afterCommit,
      execute: (sql, params = []) => {
        if (!statements.admits()) return;
        refuseTransactionControl(sql);
        pipeline.send(sql, params, blame);
      },
    };
    for (const event of events)
      for (const handler of this.handlersOf(event.type)) {
        if (replaying && !handler.replay) continue;
        blame = (error) => new HandlerFailedError(this.projection, handler.method, event, error);
        try {
          statements.begin();
          const result = handler.handle(ownEvent(event), context);
          if (isPromise(result)) await watch.guard(result);
          if (statements.isBusy) await watch.guard(statements.quiet());
          if (hasEnded(client))
            throw new TransactionEndedError('a statement that ended its transaction', true);
        } catch (error) {
          // What fails behind a failed statement only echoes it.
          throw pipeline.failure ?? blame(error);
        }
      }
  }
}
