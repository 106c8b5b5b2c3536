import type { Backoff, OnError, RetryPolicy } from '../authoring/projection-options';
import type { EventSource } from '../events/event-source';
import type { TableNames, TablePlacement } from '../state/table-placement';

/** What `ProjectionModule.forRoot` takes. */
export interface ProjectionModuleOptions extends TablePlacement {
  /**
   * Where events come from beside the module's own store, by the names that projections call them by: see
   * `@Projection({ source })`.
   * @default {}
   */
  readonly sources?: Readonly<Record<string, EventSource>>;
  /**
   * Runs the module's own migrations at start, under a lock. With `false` the tables must be there: run
   * `projectionMigrations` with your own.
   * @default true
   */
  readonly migrate?: boolean;
  /** The most events applied in one transaction, where a projection does not say. @default 500; 5000 with row handlers */
  readonly batchSize?: number;
  /**
   * The most bytes of data that one transaction applies: a batch ends with the event that reaches it, and
   * so memory stays bounded whatever the size of events.
   * @default 4194304
   */
  readonly maxBatchBytes?: number;
  /**
   * About how many bytes of rows the row projections of this process keep in memory between batches, all together.
   * @default 12582912
   */
  readonly rowCacheBytes?: number;
  /**
   * How often the store is asked for new events, in milliseconds: `min` right after activity, growing to `max`
   * while nothing happens.
   * @default { min: 10, max: 1000 }
   */
  readonly pollInterval?: { readonly min: number; readonly max: number };
  /** Whether to wake up by LISTEN/NOTIFY too, on a connection of its own. @default true */
  readonly listen?: boolean;
  /**
   * Which projections this instance runs: all, none, or those named. Inline projections apply wherever their events
   * are appended.
   * @default true
   */
  readonly run?: boolean | readonly string[];
  /** Milliseconds after which another instance takes over what a dead one ran. @default 10000 */
  readonly leaseMs?: number;
  /** Tries of an event that cannot be applied. @default { attempts: 3, backoff: { minMs: 100, maxMs: 10000 } } */
  readonly retry?: RetryPolicy;
  /** What happens to an event that was tried `retry.attempts` times. @default 'stop' */
  readonly onError?: OnError;
  /** The most failed events a projection sets aside before it stops all the same. @default 1000 */
  readonly maxDeadLetters?: number;
  /**
   * Errors of your infrastructure that say nothing about the event, beside lost connections, serialization failures,
   * deadlocks, lock time-outs and servers starting or stopping: the batch is retried until they pass.
   * @default no others
   */
  readonly isTransient?: (error: unknown) => boolean;
  /** Milliseconds after which a handler is taken to hang: its statement is cancelled. @default 30000 */
  readonly handlerTimeoutMs?: number;
  /**
   * How many connections of the pool projections may use at once. LISTEN has one of its own, outside the pool.
   * @default the pool's size minus two, at least one
   */
  readonly maxConnections?: number;
  /** The most bytes the data and metadata of one event may have as JSON. @default 1048576 */
  readonly maxEventBytes?: number;
}

/** The options with all defaults filled in. */
export interface ResolvedOptions extends Required<
  Omit<ProjectionModuleOptions, 'batchSize' | 'maxConnections' | 'retry' | 'schema'>
> {
  readonly schema: string | undefined;
  readonly tables: TableNames;
  readonly batchSize: number | undefined;
  readonly maxConnections: number | undefined;
  readonly retry: { readonly attempts: number; readonly backoff: Backoff };
}

export const DEFAULT_OPTIONS = {
  schema: undefined,
  tables: {},
  sources: {},
  migrate: true,
  batchSize: undefined,
  maxBatchBytes: 4 * 1024 * 1024,
  rowCacheBytes: 12 * 1024 * 1024,
  pollInterval: { min: 10, max: 1000 },
  listen: true,
  run: true,
  leaseMs: 10_000,
  retry: { attempts: 3, backoff: { minMs: 100, maxMs: 10_000 } },
  onError: 'stop',
  maxDeadLetters: 1000,
  isTransient: () => false,
  handlerTimeoutMs: 30_000,
  maxConnections: undefined,
  maxEventBytes: 1024 * 1024,
} satisfies ResolvedOptions;
