import type { QueryArrayConfig } from 'pg';
import { EventsNotStoredError } from '../events/events-not-stored.error';
import type { AppendResult } from '../events/event-store';
import { freezeEvent } from '../events/frozen-event';
import { StoredEvent } from '../events/stored-event';
import { writableAsJson } from '../events/json-form';
import type { RecordedEvent } from '../events/recorded-event';
import { AS_WRITTEN } from '../database/as-written';
import type { PreparedAppend } from './prepared-append';
import { ALTERED, appendSql, LEFT_OUT } from './sql/append.sql';
import { momentOf } from './moment';

/** What was stored. */
export type AppendRow = [
  base: string,
  version: string | null,
  position: string,
  recordedAt: string,
  data: string,
  metadata: string,
];

export interface AppendTables {
  /** The qualified name of the events table. */
  readonly events: string;
  /** That of the table which says which inline projections appends keep current. */
  readonly marks: string;
}

/**
 * @param provided the inline projections that this instance provides
 * @param payload whether to give what was stored as data and metadata
 */
export function appendQuery(
  { events, marks }: AppendTables,
  append: PreparedAppend,
  provided: readonly string[],
  payload: boolean,
): QueryArrayConfig {
  const { streamId, expected, ids, types, data, metadata } = append;
  return {
    text: appendSql(events, marks, payload),
    values: [streamId, expected, ids, types, data, metadata, provided],
    rowMode: 'array',
    types: AS_WRITTEN,
  };
}

export function resultOf([, version, position]: AppendRow): AppendResult {
  return writableAsJson({ version: Number(version), globalPosition: BigInt(position) });
}

/** What handlers see is what a later read gives: not what was sent, which a trigger may have changed. */
export function eventsOf(append: PreparedAppend, rows: readonly AppendRow[]): RecordedEvent[] {
  return rows.map(([, version, position, recordedAt, data, metadata], index) =>
    freezeEvent(
      new StoredEvent({
        id: append.ids[index]!,
        streamId: append.streamId,
        type: append.types[index]!,
        data: JSON.parse(data) as unknown,
        metadata: JSON.parse(metadata) as Record<string, unknown>,
        version: Number(version),
        globalPosition: BigInt(position),
        recordedAt: momentOf(JSON.parse(recordedAt) as number | string),
      }),
    ),
  );
}

/** What the statement says by failing where a trigger dropped or changed some of the rows. */
export function alteredOf(error: unknown, streamId: string): EventsNotStoredError | undefined {
  const { message } = error as { message?: unknown };
  const [, json] = (typeof message === 'string' && ALTERED_JSON.exec(message)) || [];
  if (!json) return undefined;
  const { missing, changed } = JSON.parse(json) as { missing: number[]; changed: number[] };
  return new EventsNotStoredError(streamId, missing, changed);
}

/** The inline projections that the statement would have passed over. */
export function leftOutOf(error: unknown): readonly string[] | undefined {
  const { message } = error as { message?: unknown };
  const [, json] = (typeof message === 'string' && LEFT_OUT_JSON.exec(message)) || [];
  return json === undefined ? undefined : (JSON.parse(json) as string[]);
}

const LEFT_OUT_JSON = new RegExp(`"${LEFT_OUT}(\\[.*\\])"`, 's');
const ALTERED_JSON = new RegExp(`"${ALTERED}(\\{.*\\})"`, 's');
