import { freezeDeep } from '../events/frozen-event';
import { PageEvent } from '../events/page-event';
import type { RecordedEvent } from '../events/recorded-event';
import { DecodedColumns } from './decoded-columns';

/** Events column by column, each as one text, as `sql/page-columns.sql.ts` gives them; all are NULL where there are none. */
export type PageColumnTexts = [
  positions: string | null,
  ids: string,
  streamIds: string,
  versions: string,
  types: string,
  data: string,
  metadata: string,
  recordedAt: string,
];

/** @param asked the types that those of the events are told as places among */
export function eventsOf(
  [positions, ids, streamIds, versions, types, data, metadata, recordedAt]: PageColumnTexts,
  asked: readonly string[] = [],
): RecordedEvent[] {
  if (positions === null) return [];
  const type = JSON.parse(`[${types}]`) as (string | number)[];
  const payload = JSON.parse(`[${data}]`) as unknown[];
  const page = new DecodedColumns({ positions, ids, streamIds, versions, metadata, recordedAt });
  const events: RecordedEvent[] = [];
  for (let at = 0; at < payload.length; at++) {
    freezeDeep(payload[at]);
    events.push(new PageEvent(page, at, typeOf(type[at]!, asked), payload[at]));
  }
  return events;
}

/** About how many bytes payloads and metadata take. */
export function bytesOf([positions, , , , , data, metadata]: PageColumnTexts): number {
  return positions === null ? 0 : data.length + metadata.length;
}

/** Counted from 1 where it is a place among those asked for. */
function typeOf(type: string | number, asked: readonly string[]): string {
  return typeof type === 'number' ? asked[type - 1]! : type;
}
