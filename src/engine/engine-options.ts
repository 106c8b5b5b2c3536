import type { PollInterval } from './reading/head-watcher';

/** The module's options as far as they concern the engine. */
export interface EngineOptions {
  readonly isTransient: (error: unknown) => boolean;
  readonly maxBatchBytes: number;
  readonly rowCacheBytes: number;
  readonly pollInterval: PollInterval;
  readonly run: boolean | readonly string[];
  readonly leaseMs: number;
  readonly handlerTimeoutMs: number;
  /** How many connections of the pool the engine may use at once. */
  readonly connections: number;
}
