import type { CustomTypesConfig, QueryArrayConfig } from 'pg';
import type { DataSource } from 'typeorm';
import type { EventPage, PageRequest } from '../events/event-source';
import type { EventMetadata } from '../events/event-metadata';
import type { RecordedEvent } from '../events/recorded-event';
import { StoredEvent } from '../events/stored-event';
import { StatementNames } from '../statements/statement-names';
import { poolOf } from './client-config';
import { readCutPageSql, readPageSql } from './sql/read.sql';
import { parseTimestamp } from './timestamp';

/** A page never looks further than this, so that rare types do not keep one statement running for minutes. */
const PAGE_SPAN = 200_000n;

/** For so few the database takes longer to plan a page by columns than to read one by rows. */
const FEW = 20n;

/** Leaves every value as PostgreSQL wrote it: what becomes of it is decided here, column by column. */
const AS_WRITTEN: CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

type Columns = [
  fits: 't' | 'f',
  positions: string | null,
  ids: string,
  streamIds: string,
  versions: string,
  types: string,
  data: string,
  metadata: string,
  recordedAt: string,
];

type Row = [
  position: string,
  id: string,
  streamId: string,
  version: string,
  type: string,
  data: string,
  metadata: string | null,
  recordedAt: string,
];

const NO_METADATA: EventMetadata = Object.freeze({});

/** Reads pages with as little work for each event as can be: this is the path that every event takes. */
export class PageReader {
  private readonly names: StatementNames;

  constructor(
    private readonly dataSource: DataSource,
    private readonly events: string,
  ) {
    this.names = new StatementNames(dataSource);
  }

  async read(request: PageRequest): Promise<EventPage> {
    const { after, upTo, limit } = request;
    if (after >= upTo) return { events: [], through: after, bytes: 0 };
    const span = after + PAGE_SPAN;
    const end = span < upTo ? span : upTo;
    if (end - after <= FEW) return this.readRows(request, end);
    const [columns] = await this.query<Columns>(readPageSql, request, end);
    if (columns![0] === 'f') return this.readRows(request, end);
    const events = ofColumns(columns!);
    const through = events.length === limit ? events.at(-1)!.globalPosition : end;
    return { events, through, bytes: events.length && lengthOf(columns![6], columns![7]) };
  }

  /** Row by row, as far as the bytes asked for go. */
  private async readRows(request: PageRequest, end: bigint): Promise<EventPage> {
    const rows = await this.query<Row>(readCutPageSql, request, end);
    const events = rows.map(ofRow);
    const bytes = rows.reduce((sum, [, , , , , data, metadata]) => sum + lengthOf(data, metadata), 0);
    // What lies behind the last one may have been too large: only where there is none is all of it known.
    return { events, through: events.at(-1)?.globalPosition ?? end, bytes };
  }

  private async query<R extends unknown[]>(
    sql: typeof readPageSql,
    { after, types, limit, maxBytes }: PageRequest,
    end: bigint,
  ): Promise<R[]> {
    const query: QueryArrayConfig = {
      text: sql(this.events, types !== undefined),
      values: [after, end, limit, maxBytes, ...(types ? [types] : [])],
      rowMode: 'array',
      types: AS_WRITTEN,
    };
    return this.send<R>(query);
  }

  protected async send<R extends unknown[]>(query: QueryArrayConfig): Promise<R[]> {
    return (await this.names.sendAlone<R>(poolOf(this.dataSource), query)).rows;
  }
}

function lengthOf(data: string, metadata: string | null): number {
  return data.length + (metadata?.length ?? 0);
}

function ofColumns([, positions, ...columns]: Columns): RecordedEvent[] {
  if (positions === null) return [];
  const [ids, streamIds, versions, types, data, metadata, recordedAt] = columns;
  const [id, streamId, type, time] = [texts(ids), texts(streamIds), texts(types), texts(recordedAt)];
  const version = JSON.parse(`[${versions}]`) as number[];
  const payload = JSON.parse(`[${data}]`) as unknown[];
  const context = JSON.parse(metadata) as (EventMetadata | null)[];
  return texts(positions).map(
    (position, at) =>
      new StoredEvent({
        id: id[at]!,
        streamId: streamId[at]!,
        type: type[at]!,
        data: payload[at],
        metadata: context[at] ?? NO_METADATA,
        version: version[at]!,
        globalPosition: BigInt(position),
        recordedAt: parseTimestamp(time[at]!),
      }),
  );
}

function texts(column: string): string[] {
  return JSON.parse(column) as string[];
}

function ofRow([position, id, streamId, version, type, data, metadata, recordedAt]: Row): RecordedEvent {
  return new StoredEvent({
    id,
    streamId,
    type,
    data: JSON.parse(data) as unknown,
    metadata: metadata === null ? NO_METADATA : (JSON.parse(metadata) as EventMetadata),
    version: Number(version),
    globalPosition: BigInt(position),
    recordedAt: parseTimestamp(recordedAt),
  });
}
