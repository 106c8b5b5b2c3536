import { setImmediate } from 'node:timers/promises';
import { isPromise } from '../../async/is-promise';
import type { RowContext } from '../../authoring/projection-context';
import type { RowHandler } from '../../authoring/projection-definition';
import { ownEvent } from '../../events/own-event';
import type { RecordedEvent } from '../../events/recorded-event';
import type { CachedRow } from '../../read-models/cached-row';
import { InseparableRowsError } from '../../read-models/row.errors';
import type { TableSession } from '../../read-models/table-session';
import { HandlerFailedError } from '../failures/handler-failed.error';
import { PrepareAgain } from './batch';
import type { HandlerWatch } from './handler-watch';

/** Then others have their turn: requests to the application, and the batch being written. */
const FOLDED_AT_A_STRETCH = 500;

/** A handler about to fold an event into a row. */
export interface FoldStep {
  readonly event: RecordedEvent;
  readonly handler: RowHandler;
  readonly table: TableSession;
  readonly row: CachedRow;
}

export interface FoldParts {
  readonly projection: string;
  readonly context: RowContext;
  readonly watch: HandlerWatch;
  /** The handlers known to leave rows alone, which they may have changed before they decided to. */
  readonly mayLeaveAlone: Set<RowHandler>;
  /** Makes all rows of the batch what a reload would show. */
  readonly ask: () => Promise<void>;
}

/**
 * Folds the events of a batch into their rows, in stretches that end at what must be waited for, which is rare: they are
 * plain loops, which Node.js compiles, as it does not compile a loop with an `await` in it that seldom comes.
 */
export class RowFold {
  private next = 0;

  constructor(
    private readonly steps: readonly FoldStep[],
    private readonly parts: FoldParts,
  ) {}

  /** @throws HandlerFailedError, PrepareAgain, InseparableRowsError */
  async run(): Promise<void> {
    while (this.next < this.steps.length) {
      await this.stretch();
      if (this.next % FOLDED_AT_A_STRETCH === 0) await setImmediate();
    }
  }

  /** Goes on to where others have their turn, or to what must be waited for. */
  private stretch(): Promise<void> | undefined {
    const { steps } = this;
    const turn = this.next - (this.next % FOLDED_AT_A_STRETCH) + FOLDED_AT_A_STRETCH;
    const end = Math.min(turn, steps.length);
    while (this.next < end) {
      const step = steps[this.next]!;
      if (step.table.isOpen(step.row)) return this.parts.ask();
      this.next++;
      const waiting = this.fold(step);
      if (waiting) return waiting;
    }
    return undefined;
  }

  private fold(step: FoldStep): Promise<void> | undefined {
    const { event, handler, table, row } = step;
    try {
      const { value } = row;
      const kept = table.needsBefore || this.parts.mayLeaveAlone.has(handler);
      const before = kept ? table.copyOf(row) : value;
      const result = handler.handle(ownEvent(event), value, this.parts.context);
      if (isPromise(result)) return this.keepLater(step, result, before, kept);
      this.keep(step, result, before, kept);
    } catch (error) {
      throw this.failed(step, error);
    }
    return undefined;
  }

  private async keepLater(
    step: FoldStep,
    result: PromiseLike<unknown>,
    before: object | undefined,
    kept: boolean,
  ): Promise<void> {
    try {
      this.keep(step, await this.parts.watch.guard(result), before, kept);
    } catch (error) {
      throw this.failed(step, error);
    }
  }

  private keep(
    { handler, table, row }: FoldStep,
    result: unknown,
    before: object | undefined,
    kept: boolean,
  ): void {
    if (result === undefined && row.value && !kept) this.foldAgain(handler);
    table.keep(row, result, before);
  }

  /** Copying every row for the few that are left alone would cost all handlers: those that do so are remembered. */
  private foldAgain(handler: RowHandler): never {
    this.parts.mayLeaveAlone.add(handler);
    throw new PrepareAgain();
  }

  private failed({ event, handler }: FoldStep, error: unknown): unknown {
    if (error instanceof PrepareAgain || error instanceof InseparableRowsError) return error;
    return new HandlerFailedError(this.parts.projection, handler.method, event, error);
  }
}
