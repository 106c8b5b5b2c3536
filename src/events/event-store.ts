import type { EntityManager } from 'typeorm';
import { type EventPage, EventSource, type PageRequest } from './event-source';
import type { NewEvent } from './new-event';
import type { RecordedEvent } from './recorded-event';

/** The version that a stream must have for an append: that of its last event, `'no-stream'` for none, or `'any'`. */
export type ExpectedVersion = number | 'any' | 'no-stream';

/** How `append` appends. */
export interface AppendOptions {
  /** A number is the version of the last event; `'no-stream'` means there is none. @default 'any' */
  readonly expectedVersion?: ExpectedVersion;
  /**
   * Appends inside the caller's transaction instead of one of its own. Appends at once with one manager are made one after
   * the other.
   */
  readonly manager?: EntityManager;
  /**
   * Names this append in its stream and makes it idempotent: the same append again, of as many events of the same types,
   * changes nothing and returns the first result, whatever its data, which may hold a new time. Events then have no `id`.
   * @default none: the append is made again
   */
  readonly idempotencyKey?: string;
}

/** Where an append ended: pass it to `Projections.waitFor`. */
export interface AppendResult {
  /** The version of the stream after the append. */
  readonly version: number;
  /** The position of the last event of the append; 0 for a stream that has none. */
  readonly globalPosition: bigint;
}

/** Which events of a stream `readStream` gives. */
export interface ReadStreamOptions {
  /** The first version to return. @default 1 */
  readonly fromVersion?: number;
  /** The most events to return. @default no limit */
  readonly limit?: number;
}

/** Which events of the store `readAll` gives. */
export interface ReadAllOptions {
  /** Return events behind this global position. @default 0n */
  readonly after?: bigint;
  /** @default 1000 */
  readonly limit?: number;
  /** Return only events of these types. @default all */
  readonly types?: readonly string[];
}

/**
 * Runs in the transaction of an append, after its events are written and before it commits.
 *
 * @internal
 */
export interface AppendParticipant {
  /** The projection that it keeps current. */
  readonly projection: string;
  wants(type: string): boolean;
  /** Throwing rolls the append back. */
  apply(events: readonly RecordedEvent[], manager: EntityManager): Promise<void>;
}

/**
 * A store that appends and reads. Inject it by this class.
 *
 * @publicApi
 */
export abstract class EventStore extends EventSource {
  /**
   * Appends events to a stream, all or none. Inline projections apply them in the same transaction.
   *
   * @param streamId 1 to 1,000 bytes
   * @returns the version of the stream, and the position of the last event
   * @throws WrongExpectedVersionError when the stream is not at `expectedVersion`
   * @throws EventIdReusedError when an id, or the idempotencyKey, belongs to a different event or append already
   * @throws InvalidEventError when an event, the stream id or `expectedVersion` cannot be stored
   * @throws InvalidArgumentError when `options` has an unknown member, or `manager` is none
   * @throws HandlerFailedError when an inline projection refuses an event; `cause` is what its handler threw
   * @throws ForeignWriteError when other appends keep changing the rows of an inline projection, 20 times
   * @throws EventsNotStoredError when a trigger drops events or changes where they stand
   * @throws ManagerWithoutTransactionError when `manager` is in no open transaction
   * @throws ForeignManagerError when `manager` belongs to another data source
   * @throws StaleSnapshotError when the snapshot of the caller's transaction is older than the end of the stream
   * @throws ReadOnlyStoreError when the transaction may not write
   * @throws AppendCanceledError when the server's statement_timeout or lock_timeout ends it
   * @throws AppendTooEarlyError while the providers of the application are made
   * @throws InlineOutdatedError when newer code of an inline projection has run on this database
   * @throws InlineMarkMissingError when the row of an inline projection is gone from the module's tables
   * @throws InlineBusyError when open appends keep an inline projection that is not provided here from being left to
   * its loop for 5 seconds
   * @throws MissingConstraintError when the events table has lost a unique constraint
   *
   * @example
   * ```ts
   * const { version, globalPosition } = await store.append(
   *   'order-17',
   *   [{ type: 'OrderPaid', data: { order_id: '17' }, metadata: { user: 'u-3' } }],
   *   { expectedVersion: 2 },
   * );
   * ```
   */
  abstract append(
    streamId: string,
    events: readonly NewEvent[],
    options?: AppendOptions,
  ): Promise<AppendResult>;

  /**
   * Reads the committed events of one stream in order of their version; none where there is no such stream.
   *
   * @throws InvalidArgumentError when `options` has an unknown member, or one of a wrong type
   *
   * @example
   * ```ts
   * const events = await store.readStream('order-17', { fromVersion: 3, limit: 100 });
   * ```
   */
  abstract readStream(streamId: string, options?: ReadStreamOptions): Promise<RecordedEvent[]>;

  /**
   * Reads events of all streams in order of their position, never beyond the settled head: reading on behind the last
   * position loses no event.
   *
   * @throws InvalidArgumentError when `options` has an unknown member, or one of a wrong type
   * @throws UnreadableEventError when an event is too large to be read, even alone
   * @throws StoreChangedError when the store became another one meanwhile: read again
   * @throws ServerInRecoveryError when the connection leads to a standby
   * @throws RowSecurityError when row-level security hides events from the role
   * @throws SequenceBehindError when the sequence of the positions stands behind the last event
   * @throws SequenceNotReadableError when the role may not read the sequence of the positions
   * @throws UnsafeSequenceError when the sequence hands out positions that do not follow the order of time
   * @throws MissingIdentityError when the events table has no identity column any more
   * @throws MissingConstraintError when the events table has lost a unique constraint
   *
   * @example
   * ```ts
   * let after = 0n;
   * for (;;) {
   *   const page = await store.readAll({ after, limit: 500, types: ['OrderPaid'] });
   *   if (page.length === 0) break;
   *   after = page.at(-1)!.globalPosition;
   * }
   * ```
   */
  abstract readAll(options?: ReadAllOptions): Promise<RecordedEvent[]>;

  /**
   * Has `participant` take part in every append.
   *
   * @internal
   */
  abstract addParticipant(participant: AppendParticipant): void;

  /**
   * Has `find` add the participants before the first append, whatever comes first: it, or the start of the application.
   * @param find throws where they are not known yet, and so refuses the append
   * @internal
   */
  abstract findParticipantsBy(find: () => void): void;

  /**
   * Has `leave` see to it that appends leave their events to the loops of inline projections that are not provided here.
   * @internal
   */
  abstract leaveToLoopsBy(leave: (projections: readonly string[]) => Promise<void>): void;

  /**
   * How far all is settled by what the transaction of `manager` sees, over its connection alone.
   * @param settled a position known to be settled
   * @returns `undefined` where an event of `types` lies behind a position that may still appear
   * @internal
   */
  abstract settledThrough(
    manager: EntityManager,
    settled: bigint,
    types: readonly string[] | undefined,
  ): Promise<bigint | undefined>;

  /**
   * All events behind `after` that the transaction of `manager` sees, settled or not, read over its connection alone.
   * @returns `undefined` when they are more than asked for
   * @internal
   */
  abstract readCommitted(
    manager: EntityManager,
    request: Omit<PageRequest, 'upTo'>,
  ): Promise<EventPage | undefined>;
}
