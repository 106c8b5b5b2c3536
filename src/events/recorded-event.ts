import type { EventMetadata } from './event-metadata';

/** An event as the store recorded it: immutable, with its place in its stream and in the whole store. */
export interface RecordedEvent<Data = any> {
  readonly id: string;
  readonly streamId: string;
  readonly type: string;
  /** The payload: plain JSON, never an instance of an event class. */
  readonly data: Data;
  readonly metadata: EventMetadata;
  /** 1, 2, 3 ... inside the stream. */
  readonly version: number;
  /** The place in the whole store; grows from event to event and may have holes. */
  readonly globalPosition: bigint;
  /** When it was stored, by the clock of the store. */
  readonly recordedAt: Date;
}
