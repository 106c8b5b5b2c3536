import { ProjectionError } from '../../events/projection.error';

/**
 * Transactions that appended and stay open keep the events of an inline projection from being left to its loop.
 * Thrown by `pause`, `retryDeadLetters`, `discardDeadLetters` and `append`, which changed nothing. Commit or end
 * those transactions, and ask again.
 *
 * @publicApi
 */
export class InlineBusyError extends ProjectionError {
  /** @param pids the server processes of the transactions, as far as they are known */
  constructor(
    readonly projection: string,
    operation: string,
    waitedMs: number,
    readonly pids: readonly number[],
  ) {
    const whose = pids.length > 0 ? `: see pg_stat_activity for pid ${pids.join(', ')}` : '';
    super(
      `Inline projection "${projection}" cannot ${operation} while transactions that appended events are open, ` +
        `after ${Math.round(waitedMs / 1000)} s${whose}. Nothing was changed. Commit or end them, and ask again.`,
    );
  }
}
