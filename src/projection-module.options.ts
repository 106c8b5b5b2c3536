/** What `ProjectionModule.forRoot` takes. */
export interface ProjectionModuleOptions {
  /**
   * Runs the module's own migrations at start, under a lock. With `false` the tables must be there: run
   * `projectionMigrations` with your own.
   * @default true
   */
  readonly migrate?: boolean;
  /** The most events applied in one transaction, where a projection does not say. @default 500 */
  readonly batchSize?: number;
  /**
   * How often the store is asked for new events, in milliseconds: `min` right after activity, growing to `max`
   * while nothing happens.
   * @default { min: 10, max: 1000 }
   */
  readonly pollInterval?: { readonly min: number; readonly max: number };
  /** Whether to wake up by LISTEN/NOTIFY too, on a connection of its own. @default true */
  readonly listen?: boolean;
  /** The most bytes the data and metadata of one event may have as JSON. @default 1048576 */
  readonly maxEventBytes?: number;
}

export type ResolvedOptions = Required<ProjectionModuleOptions>;

export const DEFAULT_OPTIONS = {
  migrate: true,
  batchSize: 500,
  pollInterval: { min: 10, max: 1000 },
  listen: true,
  maxEventBytes: 1024 * 1024,
} satisfies ResolvedOptions;
