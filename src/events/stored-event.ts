import type { EventMetadata } from './event-metadata';
import { jsonFormOf } from './json-form';
import type { RecordedEvent } from './recorded-event';

/**
 * An event as the store gives it: of a class, so that each can be written as JSON at the price of a literal.
 * @see RecordedEvent for what the properties mean
 */
export class StoredEvent implements RecordedEvent {
  readonly id: string;
  readonly streamId: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: EventMetadata;
  readonly version: number;
  readonly globalPosition: bigint;
  readonly recordedAt: Date;

  /** @param data in the place of those that the event has, and so are `metadata` */
  constructor(
    event: RecordedEvent<unknown>,
    data: unknown = event.data,
    metadata: EventMetadata = event.metadata,
  ) {
    this.id = event.id;
    this.streamId = event.streamId;
    this.type = event.type;
    this.data = data;
    this.metadata = metadata;
    this.version = event.version;
    this.globalPosition = event.globalPosition;
    this.recordedAt = event.recordedAt;
  }

  toJSON(): Record<string, unknown> {
    return jsonFormOf(this);
  }
}
