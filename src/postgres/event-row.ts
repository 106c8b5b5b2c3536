import { freezeEvent } from '../events/frozen-event';
import type { RecordedEvent } from '../events/recorded-event';
import { parseTimestamp } from './timestamp';

/** A row of the events table as `pg` gives it. */
export interface EventRow {
  readonly global_position: string;
  readonly id: string;
  readonly stream_id: string;
  readonly version: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: Record<string, unknown>;
  /** In the form of JSON. */
  readonly recorded_at: string;
}

export function toRecordedEvent(row: EventRow): RecordedEvent {
  return freezeEvent({
    id: row.id,
    streamId: row.stream_id,
    type: row.type,
    data: row.data,
    metadata: row.metadata,
    version: Number(row.version),
    globalPosition: BigInt(row.global_position),
    recordedAt: parseTimestamp(row.recorded_at),
  });
}
