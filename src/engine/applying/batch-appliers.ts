import type { DataSource } from 'typeorm';
import type { ProjectionDefinition, RowHandler } from '../../authoring/projection-definition';
import { RowSession } from '../../read-models/row-session';
import { RowTables } from '../../read-models/row-tables';
import { StatementNames } from '../../database/statement-names';
import type { BatchApplier } from './batch';
import type { ConnectionBudget } from '../../database/connection-budget';
import type { UnawaitedHandlerError } from '../failures/handler-conduct.errors';
import { RowApplier } from './row-applier';
import { TransactionApplier } from './transaction-applier';
import { kindOf } from '../kinds/kind-of';

export interface ApplierOptions {
  /** How many bytes of rows all segments of the process may keep between batches. */
  readonly rowCacheBytes: number;
}

/** Makes what applies the batches of a projection, one for each of its loops. */
export class BatchAppliers {
  private readonly mayLeaveAlone = new Set<RowHandler>();
  private readonly tables = new Map<string, RowTables>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly budget: ConnectionBudget,
    private readonly options: ApplierOptions,
  ) {}

  /** @throws the errors of `row.errors.ts` on a row that cannot be folded */
  check(definition: ProjectionDefinition): void {
    const { name, handlers } = definition;
    if (handlers.style !== 'row') return;
    this.tables.set(name, new RowTables(this.dataSource, name, handlers.rows, this.namesFor(definition)));
  }

  /** @param unawaited told of a statement that a handler sent when its batch was over */
  make(definition: ProjectionDefinition, unawaited: (error: UnawaitedHandlerError) => void): BatchApplier {
    const { name, handlers, handlerTimeoutMs: timeoutMs } = definition;
    if (handlers.style === 'transaction')
      return new TransactionApplier(
        this.dataSource,
        name,
        handlers.of,
        timeoutMs,
        this.namesFor(definition),
        unawaited,
      );
    const session = new RowSession(
      this.tables.get(name)!,
      () => this.options.rowCacheBytes / Math.max(1, this.tables.size),
    );
    return new RowApplier(
      this.dataSource,
      name,
      handlers.of,
      session,
      this.mayLeaveAlone,
      this.budget,
      timeoutMs,
    );
  }

  /** Inline, a statement that a pooler refuses would fail the application's own transaction. */
  private namesFor(definition: ProjectionDefinition): StatementNames | undefined {
    return kindOf(definition).joinsAppends ? undefined : new StatementNames(this.dataSource);
  }
}
