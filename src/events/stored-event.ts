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
  data: unknown;
  metadata: EventMetadata;
  readonly version: number;
  readonly globalPosition: bigint;
  readonly recordedAt: Date;

  constructor(event: RecordedEvent<unknown>) {
    this.id = event.id;
    this.streamId = event.streamId;
    this.type = event.type;
    this.data = event.data;
    this.metadata = event.metadata;
    this.version = event.version;
    this.globalPosition = event.globalPosition;
    this.recordedAt = event.recordedAt;
  }

  toJSON(): Record<string, unknown> {
    return jsonFormOf(this);
  }
}
