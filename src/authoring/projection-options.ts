import type { EntityTarget, ObjectLiteral } from 'typeorm';
import type { RecordedEvent } from '../events/recorded-event';

/** The primary key of one row, an object by property where it is composite; the handler runs once for each of several. */
export type RowKeyOf = (event: RecordedEvent) => unknown;

/** Tries of one event. Errors of the infrastructure are no failures of the event: they are retried without end. */
export interface RetryPolicy {
  /** Tries in all, the first included. @default 3 */
  readonly attempts?: number;
  /** How far the tries are apart. @default { minMs: 100, maxMs: 10000 } */
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
 * What happens to an event that was tried `retry.attempts` times.
 * - `stop`: the projection stops before the event; nothing is skipped
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

/** The options of `@Projection`. */
export interface ProjectionOptions {
  /** The projection's identity, which its checkpoint is stored under: never change it once deployed. */
  readonly name: string;
  /** When it runs. @default 'persistent' */
  readonly type?: ProjectionType;
  /**
   * Where its events come from: a name of `forRoot({ sources })`. Positions are those of the source, and so it is fixed once
   * the projection is deployed (`ProjectionSourceChangedError`).
   * @default the module's event store
   */
  readonly source?: string;
  /**
   * The entities whose tables this projection owns; a rebuild empties them. Those of `row` need not be listed.
   * @default []
   */
  readonly readModels?: readonly EntityTarget<ObjectLiteral>[];
  /**
   * Makes the handlers row handlers, which fold rows of this entity in memory: they take the event and the row of its
   * `key`, or `undefined` where there is none, and return the row to keep, `null` to delete it, or `undefined` to
   * leave it alone. The engine loads and saves the rows of a whole batch at once.
   * @default none: handlers write through `context.manager`
   */
  readonly row?: EntityTarget<ObjectLiteral>;
  /** Which row, or rows, an event is folded into. @default that of each `@On` */
  readonly key?: RowKeyOf;
  /**
   * Into how many segments the projection's events are shared out. Each has a checkpoint of its own and runs on one
   * instance at a time; events of one segment are applied in order. It may be changed at any time: the instance that
   * started last decides, and the segments are made again at a position that all of them have reached.
   * @default 1
   */
  readonly segments?: number;
  /**
   * Events of one key stay in order: what segments are cut by. Events that write the same row need the same key. Code
   * with another `segmentBy` than the one that several segments were made with needs a raised `version`, or does not
   * run the projection (`SegmentByChangedError`). It is also called with an event that no store holds, to tell it from
   * another.
   * @default the event's stream id
   */
  readonly segmentBy?: (event: RecordedEvent) => string | number | bigint;
  /**
   * The version of this projection's code. An instance whose version is lower than the one the database has seen
   * does not run the projection.
   * @default 1
   */
  readonly version?: number;
  /**
   * Where a projection begins that is new to the store: at its first event, behind the last one that is there then,
   * behind a position, or with the first event recorded at a moment or later. It is looked at once, when the projection
   * is registered for the first time, and a rebuild begins there too. Wherever it begins, what is in the store by then is
   * history to it: `replaying` is true, `{ replay: false }` handlers and `afterCommit` effects do not run for it.
   * @default 'beginning'
   */
  readonly startFrom?: 'beginning' | 'head' | bigint | Date;
  /** How often an event that cannot be applied is tried, and how far apart. @default the module's retry */
  readonly retry?: RetryPolicy;
  /** What happens to an event that was tried `retry.attempts` times. @default the module's onError */
  readonly onError?: OnError;
  /**
   * What is parked together by `onError: 'park-stream'`: with several segments the same as `segmentBy`, as order is kept
   * inside a segment only.
   * @default segmentBy, or else the event's stream id
   */
  readonly parkBy?: (event: RecordedEvent) => string | number | bigint;
  /** The most failed events set aside before the projection stops all the same. @default the module's maxDeadLetters */
  readonly maxDeadLetters?: number;
  /** Milliseconds after which a handler is taken to hang: its statement is cancelled. @default the module's handlerTimeoutMs */
  readonly handlerTimeoutMs?: number;
  /** The most events applied in one transaction; 1 gives every event its own. @default the module's batchSize */
  readonly batchSize?: number;
}
