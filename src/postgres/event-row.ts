import type { RecordedEvent } from '../events/recorded-event';
import { StoredEvent } from '../events/stored-event';

/** A row of the events table as `pg` gives it. */
export interface EventRow {
  readonly global_position: string;
  readonly id: string;
  readonly stream_id: string;
  readonly version: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: Record<string, unknown>;
  readonly recorded_at: Date;
}

export function toRecordedEvent(row: EventRow): RecordedEvent {
  return new StoredEvent({
    id: row.id,
    streamId: row.stream_id,
    type: row.type,
    data: row.data,
    metadata: row.metadata,
    version: Number(row.version),
    globalPosition: BigInt(row.global_position),
    recordedAt: row.recorded_at,
  });
}
