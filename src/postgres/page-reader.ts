import type { CustomTypesConfig, QueryArrayConfig } from 'pg';
import type { DataSource } from 'typeorm';
import type { EventPage, PageRequest } from '../events/event-source';
import type { EventMetadata } from '../events/event-metadata';
import type { RecordedEvent } from '../events/recorded-event';
import { poolOf } from './client-config';
import { readPageSql } from './sql/read.sql';
import { parseTimestamp } from './timestamp';

/** A page never looks further than this, so that rare types do not keep one statement running for minutes. */
const PAGE_SPAN = 200_000n;

/** Leaves every value as PostgreSQL wrote it: what becomes of it is decided here, column by column. */
const AS_WRITTEN: CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

type PageRow = [
  position: string,
  id: string,
  streamId: string,
  version: string,
  type: string,
  data: string,
  metadata: string | null,
  recordedAt: string,
  isFull: string | null,
];

const NO_METADATA: EventMetadata = Object.freeze({});
const NO_METADATA_LENGTH = 2;

/** Reads pages with as little work for each event as can be: this is the path that every event takes. */
export class PageReader {
  private readonly sql: string;
  private readonly filteredSql: string;

  constructor(
    private readonly dataSource: DataSource,
    events: string,
  ) {
    this.sql = readPageSql(events, false);
    this.filteredSql = readPageSql(events, true);
  }

  async read({ after, upTo, types, limit, maxBytes }: PageRequest): Promise<EventPage> {
    if (after >= upTo) return { events: [], through: after, bytes: 0 };
    const span = after + PAGE_SPAN;
    const end = span < upTo ? span : upTo;
    const query: QueryArrayConfig = {
      text: types ? this.filteredSql : this.sql,
      values: types ? [after, end, limit, maxBytes, types] : [after, end, limit, maxBytes],
      rowMode: 'array',
      types: AS_WRITTEN,
    };
    const { rows } = await poolOf(this.dataSource).query<PageRow>(query);
    let bytes = 0;
    const events = rows.map((row) => {
      bytes += row[5].length + (row[6]?.length ?? NO_METADATA_LENGTH);
      return toEvent(row);
    });
    const cut = rows.length === limit || rows.at(-1)?.[8] != null;
    return { events, through: cut ? events.at(-1)!.globalPosition : end, bytes };
  }
}

function toEvent([
  position,
  id,
  streamId,
  version,
  type,
  data,
  metadata,
  recordedAt,
]: PageRow): RecordedEvent {
  return {
    id,
    streamId,
    type,
    data: JSON.parse(data) as unknown,
    metadata: metadata === null ? NO_METADATA : (JSON.parse(metadata) as EventMetadata),
    version: Number(version),
    globalPosition: BigInt(position),
    recordedAt: parseTimestamp(recordedAt),
  };
}
