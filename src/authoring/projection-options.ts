import type { EntityTarget, ObjectLiteral } from 'typeorm';
import type { RecordedEvent } from '../events/recorded-event';

/** Tries of one event. Errors of the infrastructure are no failures of the event: they are retried for ever. */
export interface RetryPolicy {
  /** Tries in all, the first included. @default 3 */
  readonly attempts?: number;
  readonly backoff?: Backoff;
}

/** Waits grow exponentially between the two, in milliseconds, and a random part of each is waited (full jitter). */
export interface Backoff {
  /** @default 100 */
  readonly minMs: number;
  /** @default 10000 */
  readonly maxMs: number;
}

/**
 * - `stop`: the projection halts before the event; nothing is skipped
 * - `dead-letter`: the event is stored with its error, and the rest goes on
 * - `park-stream`: as `dead-letter`, and later events of the same stream wait behind it, in order
 */
export type OnError = 'stop' | 'dead-letter' | 'park-stream';

/**
 * When a projection runs.
 * - `persistent`: follows the store with a stored checkpoint and resumes after a restart
 * - `inline`: inside the transaction of the append; strongly consistent
 * - `live`: from the head on, without a checkpoint, in every instance; for dashboards and caches
 * - `catch-up`: only when `Projections.catchUp(name)` asks, over history to the head
 */
export type ProjectionType = 'persistent' | 'inline' | 'live' | 'catch-up';

export interface ProjectionOptions {
  /** The projection's identity, which its checkpoint is stored under: never change it once deployed. */
  readonly name: string;
  /** @default 'persistent' */
  readonly type?: ProjectionType;
  /** The entities whose tables this projection owns; a rebuild empties them. @default [] */
  readonly readModels?: readonly EntityTarget<ObjectLiteral>[];
  /**
   * The version of this projection's code. An instance whose version is lower than the one the database has seen
   * does not run the projection.
   * @default 1
   */
  readonly version?: number;
  /** How often an event that cannot be applied is tried, and how far apart. @default the module's retry */
  readonly retry?: RetryPolicy;
  /** What happens to an event that was tried in vain. @default the module's onError */
  readonly onError?: OnError;
  /** What is parked together by `onError: 'park-stream'`. @default the event's stream id */
  readonly parkBy?: (event: RecordedEvent) => string;
  /** The most failed events set aside before the projection stops all the same. @default the module's maxDeadLetters */
  readonly maxDeadLetters?: number;
  /** Milliseconds after which a handler is taken to hang: its statement is cancelled. @default the module's handlerTimeoutMs */
  readonly handlerTimeoutMs?: number;
  /** The most events applied in one transaction; 1 gives every event its own. @default the module's batchSize */
  readonly batchSize?: number;
}
