import type { RecordedEvent } from './recorded-event';
import type { Witness } from './witness';

/** The part of the store a reader asks for: behind `after`, up to and with `upTo`. */
export interface PageRequest {
  readonly after: bigint;
  /** Must not lie beyond the settled head. */
  readonly upTo: bigint;
  /** `undefined` means every type. */
  readonly types: readonly string[] | undefined;
  /** The most events a page may hold. */
  readonly limit: number;
  /** The page ends with the event whose payload takes it to so many bytes. */
  readonly maxBytes: number;
  /** The one that `upTo` was found in; the read fails where the store has begun another. @default the current one */
  readonly incarnation?: string | undefined;
}

/** Events in order of their position. Nothing that was asked for lies between `after` and `through` but these. */
export interface EventPage {
  readonly events: readonly RecordedEvent[];
  readonly through: bigint;
  /** About how large payloads and metadata are as JSON. */
  readonly bytes: number;
  /** The last event up to `through`, of any type: `null` where none is, `undefined` where that is not known. */
  readonly witness?: Witness | null | undefined;
}

/** Where a source ends. */
export interface Head {
  /** The largest position below which no event can still appear. */
  readonly settled: bigint;
  /** Whether positions beyond the settled head are drawn already, so that it can move without a new append. */
  readonly pending: boolean;
  /** Since when it has been pending without moving, by this process; `undefined` when it is not. */
  readonly pendingSince?: Date | undefined;
  /** The largest position drawn so far: nothing lies beyond it. */
  readonly last: bigint;
  /**
   * One life of the store; its text means nothing. Another one begins when the store was restarted, restored or emptied,
   * and may end before what was read already: positions of the one mean nothing in the other.
   */
  readonly incarnation: string;
  /** Grows where positions are drawn again, and so may belong to other events than before; most incarnations go on with them. */
  readonly numbering: number;
  /** Events that the look has come upon, where it was asked to bring some; no page need be read for them. */
  readonly brought?: BroughtPage | undefined;
}

/** How much a look at the head may bring along. */
export interface FewEvents {
  readonly limit: number;
  readonly maxBytes: number;
}

/** A page of every type, of the incarnation of the look that brought it. */
export interface BroughtPage extends EventPage {
  /** The position behind which the page begins. */
  readonly after: bigint;
}

/** Which events are counted: behind `after`, up to and with `upTo`, of these types. */
export interface BacklogRequest {
  readonly after: bigint;
  readonly upTo: bigint;
  readonly types: readonly string[] | undefined;
}

/** How many events wait, and for how long. */
export interface Backlog {
  /** How many events wait; an upper bound where counting the handled ones would take long. */
  readonly events: number;
  /** The age of the oldest waiting event in seconds, by the clock of the store; 0 when nothing waits. */
  readonly seconds: number;
}

/**
 * One log of events, in order of their positions: all that the engine needs to run projections. Extend it for events
 * that lie elsewhere, and test it by `eventSourceContract`. What a method throws keeps the projections of the source
 * waiting, and is tried again.
 *
 * @publicApi
 */
export abstract class EventSource {
  /**
   * Where the store ends for a reader that must not lose an event.
   * @param few what it may bring of the events behind the head of the look before, where that costs next to nothing
   */
  abstract head(few?: FewEvents): Promise<Head>;

  /**
   * Reads the events behind `after`, at most `limit` and `maxBytes` of them, and at least one where there is one.
   *
   * Throws where `incarnation` is not the current one.
   */
  abstract readPage(request: PageRequest): Promise<EventPage>;

  /** Counts the events that wait, for the status and health. */
  abstract backlog(request: BacklogRequest): Promise<Backlog>;

  /**
   * The position behind which the first event lies that was recorded at `date` or later; the settled head without one, and
   * `undefined` where that is still to come by the clock of the store, as events may then be recorded before it.
   */
  abstract positionBefore(date: Date): Promise<bigint | undefined>;

  /** Calls `listener` when new events may be there: a hint, neither promised nor exact. Returns the way to stop. */
  abstract onHint(listener: () => void): () => void;

  /**
   * Checks what reading safely depends on and begins to listen.
   * @param settledAtLeast a position known to be settled, as that of an event which was applied
   */
  abstract open(settledAtLeast: bigint): Promise<void>;

  /** Ends what `open` began. It may be called twice, and `open` may follow. */
  abstract close(): Promise<void>;
}
