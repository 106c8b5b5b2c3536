import type { EntityManager } from 'typeorm';
import { type EventPage, EventSource, type PageRequest } from './event-source';
import type { NewEvent } from './new-event';
import type { RecordedEvent } from './recorded-event';

/** The version a stream must have for an append to succeed. */
export type ExpectedVersion = number | 'any' | 'no-stream';

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

export interface AppendResult {
  /** The version of the stream after the append. */
  readonly version: number;
  /** The position of the last event of the append; 0 for a stream that has none. */
  readonly globalPosition: bigint;
}

export interface ReadStreamOptions {
  /** The first version to return. @default 1 */
  readonly fromVersion?: number;
  /** @default no limit */
  readonly limit?: number;
}

export interface ReadAllOptions {
  /** Return events behind this global position. @default 0n */
  readonly after?: bigint;
  /** @default 1000 */
  readonly limit?: number;
  /** Return only events of these types. @default all */
  readonly types?: readonly string[];
}

/** Runs in the transaction of an append, after its events are written and before it commits. */
export interface AppendParticipant {
  /** The projection that it keeps current. */
  readonly projection: string;
  wants(type: string): boolean;
  /** Throwing rolls the append back. */
  apply(events: readonly RecordedEvent[], manager: EntityManager): Promise<void>;
}

/** A store that appends and reads. Inject it by this class. */
export abstract class EventStore extends EventSource {
  /**
   * Appends events to a stream, all or none.
   * @throws WrongExpectedVersionError when the stream is not at `expectedVersion`
   * @throws EventIdReusedError when an id, or the idempotencyKey, belongs to a different event or append already
   * @throws InvalidEventError when an event cannot be stored; nothing is written
   * @throws EventsNotStoredError when a trigger drops events or changes where they stand; nothing stays written
   * @throws ManagerWithoutTransactionError when `manager` is in no open transaction
   * @throws ForeignManagerError when `manager` belongs to another data source
   * @throws StaleSnapshotError when the snapshot of the caller's transaction is older than the end of the stream
   * @throws ReadOnlyStoreError when the transaction may not write
   * @throws InlineBusyError when an inline projection that is not provided here cannot be left to its loop, for appends
   * that are open
   * @throws AppendCanceledError when the server's statement_timeout or lock_timeout ends it
   */
  abstract append(
    streamId: string,
    events: readonly NewEvent[],
    options?: AppendOptions,
  ): Promise<AppendResult>;

  /** The events of one stream in order of their version. */
  abstract readStream(streamId: string, options?: ReadStreamOptions): Promise<RecordedEvent[]>;

  /** Events of all streams in order of their position, never beyond the settled head. */
  abstract readAll(options?: ReadAllOptions): Promise<RecordedEvent[]>;

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
