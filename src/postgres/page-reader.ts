import type { QueryArrayConfig } from 'pg';
import type { DataSource } from 'typeorm';
import type { EventPage, PageRequest } from '../events/event-source';
import type { EventMetadata } from '../events/event-metadata';
import { freezeEvent } from '../events/frozen-event';
import { StoredEvent } from '../events/stored-event';
import type { RecordedEvent } from '../events/recorded-event';
import { UnreadableEventError } from '../events/unreadable-event.error';
import { sqlStateOf } from '../database/sql-state';
import { lastWitness, type Witness, witnessOf } from '../events/witness';
import { StatementNames } from '../database/statement-names';
import { timed } from '../database/timed-query';
import { AS_WRITTEN } from '../database/as-written';
import { poolOf } from '../database/client-config';
import { firstPositionSql, readCutPageSql, readPageSql, readStreamSql } from './sql/read.sql';
import { momentOf } from './moment';
import { bytesOf, eventsOf, type PageColumnTexts } from './page-columns';
import { assertComplete, type PageState } from './page-state';
import type { SeenStore } from './seen-store';
import { isTooLarge } from './too-large';

/** A page never looks further than this, so that rare types do not keep one statement running for minutes. */
const PAGE_SPAN = 200_000n;

/** For so few the database takes longer to plan a page by columns than to read one by rows. */
const FEW = 20n;

/** Reading so far takes seconds where the disk is slow; where the connection is dead it must end. */
const PAGE_TIMEOUT_MS = 30_000;

/** By how much a page shrinks that was too large. */
const SHRINK = 4;

const OUT_OF_MEMORY = '53200';

type Columns = [state: PageState, witness: string | null, fits: 't' | 'f', ...PageColumnTexts];

type EmptyRow = [state: PageState, witness: string | null, position: null];

type Row = [
  state: PageState,
  witness: string | null,
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

  constructor(private readonly dataSource: DataSource) {
    this.names = new StatementNames(dataSource);
  }

  /**
   * A page that is too large to be read at once is tried again as a smaller one.
   * @param store what the settled head that the request goes by was found in
   * @throws UnreadableEventError
   */
  async read(request: PageRequest, store: SeenStore): Promise<EventPage> {
    for (let asked = request; ;)
      try {
        return await this.readOnce(asked, store);
      } catch (error) {
        if (!isTooLarge(error)) throw error;
        if (asked.limit === 1) throw await this.unreadable(request, store, error as Error);
        asked = smaller(asked);
      }
  }

  /** The events of one stream from a version on; `undefined` as a limit means all of them. */
  async readStream(
    events: string,
    streamId: string,
    fromVersion: number,
    limit: number | undefined,
  ): Promise<RecordedEvent[]> {
    const query: QueryArrayConfig = {
      text: readStreamSql(events),
      values: [streamId, fromVersion, limit],
      rowMode: 'array',
      types: AS_WRITTEN,
    };
    return (await this.names.sendAlone<Row>(poolOf(this.dataSource), query)).rows.map((row) => ofRow(row));
  }

  private async readOnce(request: PageRequest, store: SeenStore): Promise<EventPage> {
    const { after, upTo } = request;
    if (after >= upTo) return { events: [], through: after, bytes: 0 };
    const span = after + PAGE_SPAN;
    const end = span < upTo ? span : upTo;
    const page = await this.readTo(end, request, store);
    if (page.witness || page.through === upTo) return page;
    // Nothing of any type is there: a sequence that was set forward would be walked through for hours.
    const next = await this.firstPosition({ after: end, upTo, types: undefined }, store);
    return this.readTo(next === undefined ? upTo : next - 1n, request, store);
  }

  private async readTo(end: bigint, request: PageRequest, store: SeenStore): Promise<EventPage> {
    const { after, limit } = request;
    if (end - after <= FEW) return this.readRows(request, end, store);
    const [found] = await this.query<Columns>(readPageSql, request, end, store);
    const [, , fits, ...columns] = found!;
    if (fits === 'f') return this.readRows(request, end, store);
    const events = eventsOf(columns, request.types);
    const through = events.length === limit ? events.at(-1)!.globalPosition : end;
    return {
      events,
      through,
      bytes: bytesOf(columns),
      witness: lastWitness(through, witnessOf(events.at(-1)), witnessIn(found!, end)) ?? null,
    };
  }

  /** Out of memory is the server's state, and passes; everything else is the event's for ever. */
  private async unreadable(request: PageRequest, store: SeenStore, error: Error): Promise<Error> {
    if (sqlStateOf(error) === OUT_OF_MEMORY) return error;
    const position = await this.firstPosition(request, store);
    return new UnreadableEventError(position, request.after, error.message);
  }

  /** Where the next event stands, of the types asked for. */
  private async firstPosition(
    { after, upTo, types }: Pick<PageRequest, 'after' | 'upTo' | 'types'>,
    { table }: SeenStore,
  ): Promise<bigint | undefined> {
    const [first] = await this.send<[string | null]>({
      text: firstPositionSql(table),
      values: [after, upTo, types],
      rowMode: 'array',
      types: AS_WRITTEN,
    });
    return first?.[0] ? BigInt(first[0]) : undefined;
  }

  /** Row by row, as far as the bytes asked for go. */
  private async readRows(request: PageRequest, end: bigint, store: SeenStore): Promise<EventPage> {
    const found = await this.query<Row | EmptyRow>(readCutPageSql, request, end, store);
    const rows = found.filter(isEvent);
    const events = rows.map(ofRow);
    const bytes = rows.reduce((sum, [, , , , , , , data, metadata]) => sum + lengthOf(data, metadata), 0);
    // What lies behind the last one may have been too large: only where there is none is all of it known.
    const [last] = events.slice(-1);
    const witness = witnessOf(last) ?? witnessIn(found[0]!, end) ?? null;
    return { events, through: last?.globalPosition ?? end, bytes, witness };
  }

  /** @returns at least one row, which begins with what the statement found the store to be */
  private async query<R extends [state: PageState, ...unknown[]]>(
    sql: typeof readPageSql,
    { after, types, limit, maxBytes }: PageRequest,
    end: bigint,
    { table, server, relation, witness, gap }: SeenStore,
  ): Promise<R[]> {
    const newest = [witness?.position ?? null, witness?.id ?? null];
    const seen = [server, relation, ...newest, gap?.after ?? null, gap?.through ?? null];
    const rows = await this.send<R>({
      text: sql(table, types !== undefined),
      values: [after, end, limit, maxBytes, ...seen, ...(types ? [types] : [])],
      rowMode: 'array',
      types: AS_WRITTEN,
    });
    assertComplete(rows[0]![0], table);
    return rows;
  }

  protected async send<R extends unknown[]>(query: QueryArrayConfig): Promise<R[]> {
    const { rows } = await this.names.sendAlone<R>(poolOf(this.dataSource), timed(query, PAGE_TIMEOUT_MS));
    return rows;
  }
}

function smaller({ limit, maxBytes, ...rest }: PageRequest): PageRequest {
  return { ...rest, limit: Math.ceil(limit / SHRINK), maxBytes: Math.ceil(maxBytes / SHRINK) };
}

function lengthOf(data: string, metadata: string | null): number {
  return data.length + (metadata?.length ?? 0);
}

/** What the statement found in all of the range up to `end`, wherever the page was cut. */
function witnessIn(
  [, text]: readonly [state: PageState, witness: string | null, ...unknown[]],
  end: bigint,
): Witness | undefined {
  if (text === null) return undefined;
  const [position, id] = JSON.parse(text) as [position: string, id: string];
  return { position: BigInt(position), id, through: end };
}

function isEvent(row: Row | EmptyRow): row is Row {
  return row[2] !== null;
}

function ofRow([, , position, id, streamId, version, type, data, metadata, recordedAt]: Row): RecordedEvent {
  return freezeEvent(
    new StoredEvent({
      id,
      streamId,
      type,
      data: JSON.parse(data) as unknown,
      metadata: metadata === null ? NO_METADATA : (JSON.parse(metadata) as EventMetadata),
      version: Number(version),
      globalPosition: BigInt(position),
      recordedAt: momentOf(JSON.parse(recordedAt) as number | string),
    }),
  );
}
