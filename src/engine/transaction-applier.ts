import type { PoolClient } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { ProjectionContext } from '../authoring/projection-context';
import type { ProjectionHandler } from '../authoring/projection-definition';
import type { Fenced } from '../state/checkpoint.store';
import { prepareQueries } from '../statements/prepare-queries';
import type { StatementNames } from '../statements/statement-names';
import type { AfterCommit, Batch, BatchApplier, PreparedBatch } from './batch';
import { StatementCancel } from './statement-cancel';
import { HandlerFailedError } from './engine.errors';
import { HandlerWatch } from './handler-watch';
import { isPromise } from './is-promise';
import { StatementPipeline } from './statement-pipeline';

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
    try {
      await this.handle(batch, afterCommit, manager, watch, pipeline);
      await watch.guard(pipeline.drain());
    } finally {
      watch.end();
      await cancel.settled();
      leave?.();
      pipeline.close();
    }
  }

  private async handle(
    { events, replaying, attempt }: Batch,
    afterCommit: AfterCommit,
    manager: EntityManager,
    watch: HandlerWatch,
    pipeline: StatementPipeline,
  ): Promise<void> {
    let blame!: (error: unknown) => HandlerFailedError;
    const context: ProjectionContext = {
      manager,
      replaying,
      attempt,
      signal: watch.signal,
      afterCommit,
      execute: (sql, params = []) => pipeline.send(sql, params, blame),
    };
    for (const event of events)
      for (const handler of this.handlersOf(event.type)) {
        if (replaying && !handler.replay) continue;
        blame = (error) => new HandlerFailedError(this.projection, handler.method, event, error);
        try {
          const result = handler.handle(event, context);
          if (isPromise(result)) await watch.guard(result);
        } catch (error) {
          // What fails behind a failed statement only echoes it.
          throw pipeline.failure ?? blame(error);
        }
      }
  }
}
