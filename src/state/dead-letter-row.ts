import { freezeEvent } from '../events/frozen-event';
import { findJsonProblem, TOO_DEEP } from '../events/json-problem';
import type { RecordedEvent } from '../events/recorded-event';
import type { DeadLetter } from './dead-letter';

/** A letter as the database gives it, by `LETTER_COLUMNS`. */
export interface LetterRow {
  /** A string, unless the application set another parser for bigint. */
  readonly id: string | number | bigint;
  readonly projection: string;
  readonly segment: number;
  readonly state: 'failed' | 'waiting';
  readonly parked_by: string | null;
  readonly position: string;
  readonly event_id: string;
  readonly stream_id: string;
  readonly version: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
  readonly recorded_at: string;
  readonly replaying: boolean;
  readonly error_class: string | null;
  readonly error_message: string | null;
  readonly error_stack: string | null;
  readonly attempts: number;
  readonly first_failed_at: string | null;
  readonly last_failed_at: string | null;
  readonly instance: string;
}

/** A moment as ISO has it, whatever the session does with dates and the application with what `pg` reads. */
const moment = (column: string): string => `to_json(${column}) #>> '{}' AS ${column}`;

/** As texts, so that an event is read from here as it is from its store. */
export const LETTER_COLUMNS = `id, projection, segment, state, parked_by, position::text, event_id, stream_id, version::text, type,
  data::text, metadata::text, ${moment('recorded_at')}, error_class, error_message, error_stack, attempts,
  ${moment('first_failed_at')}, ${moment('last_failed_at')}, instance, replaying`;

export function toDeadLetter(row: LetterRow): DeadLetter {
  return {
    id: String(row.id),
    projection: row.projection,
    segment: row.segment,
    state: row.state,
    parkedBy: row.parked_by ?? undefined,
    event: freezeEvent({
      id: row.event_id,
      streamId: row.stream_id,
      type: row.type,
      data: JSON.parse(row.data) as unknown,
      metadata: JSON.parse(row.metadata) as RecordedEvent['metadata'],
      version: Number(row.version),
      globalPosition: BigInt(row.position),
      recordedAt: new Date(row.recorded_at),
    }),
    replaying: row.replaying,
    errorClass: row.error_class ?? undefined,
    errorMessage: row.error_message ?? undefined,
    errorStack: row.error_stack ?? undefined,
    attempts: row.attempts,
    firstFailedAt: dateOf(row.first_failed_at),
    lastFailedAt: dateOf(row.last_failed_at),
    instance: row.instance,
  };
}

/** An event as the parameters of a statement that sets it aside. */
export function eventColumns(event: RecordedEvent): unknown[] {
  const { globalPosition, id, streamId, version, type, data, metadata, recordedAt } = event;
  return [globalPosition, id, streamId, version, type, jsonOf(data), jsonOf(metadata), recordedAt];
}

/** What is nested too deep for Node to write, or for the server to read, comes from the store alone. */
function jsonOf(part: unknown): string | null {
  return findJsonProblem(part) === TOO_DEEP ? null : JSON.stringify(part);
}

function dateOf(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text);
}
