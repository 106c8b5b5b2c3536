import type { DataSource, EntityManager } from 'typeorm';
import { freezeEvent } from '../events/frozen-event';
import { findJsonProblem, TOO_DEEP } from '../events/json-problem';
import type { RecordedEvent } from '../events/recorded-event';
import type { SegmentId } from './segment-id';
import { tableName } from './table-name';

/** An event a projection could not apply, or that waits behind one. */
export interface DeadLetter {
  readonly id: string;
  readonly projection: string;
  readonly segment: number;
  /** `waiting` events were never tried: they stand behind a failed one of the same parked stream. */
  readonly state: 'failed' | 'waiting';
  /** The stream, or the key of `parkBy`, that is parked; `undefined` where the rest went on without the event. */
  readonly parkedBy: string | undefined;
  readonly event: RecordedEvent;
  readonly errorClass: string | undefined;
  readonly errorMessage: string | undefined;
  readonly errorStack: string | undefined;
  /** Whether the event was history when it was set aside: a retry replays it, without effects. */
  readonly replaying: boolean;
  /** How often the event was tried. */
  readonly attempts: number;
  readonly firstFailedAt: Date | undefined;
  readonly lastFailedAt: Date | undefined;
  /** The instance that set it aside. */
  readonly instance: string;
}

/** Which dead letters are meant; all of a projection's where nothing is said. */
export interface DeadLetterFilter {
  readonly ids?: readonly string[];
  readonly streamId?: string;
  readonly type?: string;
}

export interface FailureRecord {
  readonly errorClass: string;
  readonly errorMessage: string;
  readonly errorStack: string | undefined;
  readonly attempts: number;
}

interface Row {
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
const COLUMNS = `id, projection, segment, state, parked_by, position::text, event_id, stream_id, version::text, type,
  data::text, metadata::text, ${moment('recorded_at')}, error_class, error_message, error_stack, attempts,
  ${moment('first_failed_at')}, ${moment('last_failed_at')}, instance, replaying`;

/** What JavaScript cannot hold, such as large numbers, is in the store alone: events of other sources are not there. */
const asStored = (column: string, events: string): string =>
  `coalesce((SELECT s.${column} FROM ${events} s WHERE s.global_position = e.position AND s.id::text = e.event_id), e.${column})`;

const MATCHES = `($2::bigint[] IS NULL OR id = ANY ($2)) AND ($3::text IS NULL OR stream_id = $3)
  AND ($4::text IS NULL OR type = $4)`;

/** The statements on `projection_dead_letters`. */
export class DeadLetterStore {
  private readonly table: string;
  private readonly events: string;

  constructor(
    private readonly dataSource: DataSource,
    private readonly instance: string,
  ) {
    this.table = tableName(dataSource, 'projection_dead_letters');
    this.events = tableName(dataSource, 'events');
  }

  async addFailed(
    manager: EntityManager,
    id: SegmentId,
    event: RecordedEvent,
    parkedBy: string | undefined,
    failure: FailureRecord,
    replaying: boolean,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO ${this.table} (projection, segment, state, parked_by, position, event_id, stream_id, version, type,
         data, metadata, recorded_at, error_class, error_message, error_stack, attempts, first_failed_at,
         last_failed_at, instance, replaying)
       SELECT $1, $2, 'failed', $3, e.position, e.event_id, e.stream_id, e.version, e.type, ${this.stored},
         $12, $13, $14, $15, clock_timestamp(), clock_timestamp(), $16, $17
       FROM (VALUES ($4::bigint, $5::text, $6, $7::bigint, $8, $9::jsonb, $10::jsonb, $11::timestamptz))
         AS e (position, event_id, stream_id, version, type, data, metadata, recorded_at)`,
      [
        id.projection,
        id.segment,
        parkedBy ?? null,
        ...columnsOf(event),
        failure.errorClass,
        failure.errorMessage,
        failure.errorStack ?? null,
        failure.attempts,
        this.instance,
        replaying,
      ],
    );
  }

  /** Sets events aside behind what failed before them. */
  async addWaiting(
    manager: EntityManager,
    id: SegmentId,
    held: readonly { event: RecordedEvent; parkedBy: string }[],
    replaying: boolean,
  ): Promise<void> {
    const columns = held.map(({ event, parkedBy }) => [parkedBy, ...columnsOf(event)]);
    await manager.query(
      `INSERT INTO ${this.table} (projection, segment, state, attempts, instance, parked_by, position, event_id,
         stream_id, version, type, data, metadata, recorded_at, replaying)
       SELECT $1, $2, 'waiting', 0, $3, e.parked_by, e.position, e.event_id, e.stream_id, e.version, e.type,
         ${this.stored}, $13
       FROM unnest($4::text[], $5::bigint[], $6::text[], $7::text[], $8::bigint[], $9::text[], $10::jsonb[],
         $11::jsonb[], $12::timestamptz[])
         AS e (parked_by, position, event_id, stream_id, version, type, data, metadata, recorded_at)`,
      [
        id.projection,
        id.segment,
        this.instance,
        ...Array.from({ length: 9 }, (_, i) => columns.map((row) => row[i])),
        replaying,
      ],
    );
  }

  /** The parts of an event `e` that its store may know better. */
  private get stored(): string {
    return ['data', 'metadata', 'recorded_at'].map((column) => asStored(column, this.events)).join(', ');
  }

  async failedAgain(manager: EntityManager, id: string, failure: FailureRecord): Promise<void> {
    await manager.query(
      `UPDATE ${this.table}
       SET state = 'failed', error_class = $2, error_message = $3, error_stack = $4, attempts = $5, instance = $6,
           first_failed_at = coalesce(first_failed_at, clock_timestamp()), last_failed_at = clock_timestamp()
       WHERE id = $1`,
      [
        id,
        failure.errorClass,
        failure.errorMessage,
        failure.errorStack ?? null,
        failure.attempts,
        this.instance,
      ],
    );
  }

  async remove(manager: EntityManager, id: string): Promise<void> {
    await manager.query(`DELETE FROM ${this.table} WHERE id = $1`, [id]);
  }

  async clear(manager: EntityManager, projection: string): Promise<void> {
    await manager.query(`DELETE FROM ${this.table} WHERE projection = $1`, [projection]);
  }

  async countFailed(projection: string): Promise<number> {
    const [row] = await this.dataSource.query<[{ failed: number }]>(
      `SELECT count(*)::int AS failed FROM ${this.table} WHERE projection = $1 AND state = 'failed'`,
      [projection],
    );
    return row.failed;
  }

  /** Failed and waiting ones. */
  async count(projection: string, manager: EntityManager = this.dataSource.manager): Promise<number> {
    const [row] = await manager.query<[{ all: number }]>(
      `SELECT count(*)::int AS all FROM ${this.table} WHERE projection = $1`,
      [projection],
    );
    return row.all;
  }

  async parkedKeys({ projection, segment }: SegmentId): Promise<Set<string>> {
    const rows = await this.dataSource.query<{ parked_by: string }[]>(
      `SELECT DISTINCT parked_by FROM ${this.table}
       WHERE projection = $1 AND segment = $2 AND parked_by IS NOT NULL`,
      [projection, segment],
    );
    return new Set(rows.map(({ parked_by }) => parked_by));
  }

  /** Has letters wait by other keys. */
  async park(manager: EntityManager, keys: ReadonlyMap<string, string>): Promise<void> {
    await manager.query(
      `UPDATE ${this.table} l SET parked_by = k.parked_by
       FROM unnest($1::bigint[], $2::text[]) AS k (id, parked_by) WHERE l.id = k.id`,
      [[...keys.keys()], [...keys.values()]],
    );
  }

  /** The first letter of each parked stream that no failed event holds back any more. */
  async released({ projection, segment }: SegmentId): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT min(id) AS id FROM ${this.table}
       WHERE projection = $1 AND segment = $2 AND parked_by IS NOT NULL
       GROUP BY parked_by HAVING bool_and(state = 'waiting')`,
      [projection, segment],
    );
    return rows.map(({ id }) => id);
  }

  /** In the order of the store. */
  async list(projection: string, filter: DeadLetterFilter = {}, limit = 1000): Promise<DeadLetter[]> {
    const rows = await this.dataSource.query<Row[]>(
      `SELECT ${COLUMNS} FROM ${this.table} WHERE projection = $1 AND ${MATCHES} ORDER BY ${this.table}.position LIMIT $5`,
      [projection, ...paramsOf(filter), limit],
    );
    return rows.map(toDeadLetter);
  }

  /** The parked streams that `filter` means a part of, each of which a retry goes through as a whole. */
  async keysOf({ projection, segment }: SegmentId, filter: DeadLetterFilter): Promise<string[]> {
    const rows = await this.dataSource.query<{ parked_by: string }[]>(
      `SELECT DISTINCT parked_by FROM ${this.table}
       WHERE projection = $1 AND segment = $5 AND parked_by IS NOT NULL AND ${MATCHES}`,
      [projection, ...paramsOf(filter), segment],
    );
    return rows.map(({ parked_by }) => parked_by);
  }

  /** All of a projection's, in the order of their ids, those after `after`. */
  async page(
    manager: EntityManager,
    projection: string,
    after: string,
    limit: number,
  ): Promise<DeadLetter[]> {
    const rows = await manager.query<Row[]>(
      `SELECT ${COLUMNS} FROM ${this.table} WHERE projection = $1 AND id > $2 ORDER BY ${this.table}.id LIMIT $3`,
      [projection, after, limit],
    );
    return rows.map(toDeadLetter);
  }

  /** What a retry has to go through next, in order: what `filter` means, and the parked streams given. */
  async toRetry(
    { projection, segment }: SegmentId,
    filter: DeadLetterFilter,
    parked: readonly string[],
    after: bigint,
  ): Promise<DeadLetter[]> {
    const rows = await this.dataSource.query<Row[]>(
      `SELECT ${COLUMNS} FROM ${this.table}
       WHERE projection = $1 AND segment = $5 AND position > $6 AND (${MATCHES} OR parked_by = ANY ($7))
       ORDER BY ${this.table}.position LIMIT 100`,
      [projection, ...paramsOf(filter), segment, after, parked],
    );
    return rows.map(toDeadLetter);
  }

  /** @returns the letters removed */
  async discard(
    manager: EntityManager,
    { projection, segment }: SegmentId,
    filter: DeadLetterFilter,
  ): Promise<DeadLetter[]> {
    const [rows] = await manager.query<[Row[], number]>(
      `DELETE FROM ${this.table} WHERE projection = $1 AND segment = $5 AND ${MATCHES} RETURNING ${COLUMNS}`,
      [projection, ...paramsOf(filter), segment],
    );
    return rows.map(toDeadLetter);
  }
}

function dateOf(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text);
}

function paramsOf({ ids, streamId, type }: DeadLetterFilter): unknown[] {
  return [ids ?? null, streamId ?? null, type ?? null];
}

function columnsOf(event: RecordedEvent): unknown[] {
  const { globalPosition, id, streamId, version, type, data, metadata, recordedAt } = event;
  return [globalPosition, id, streamId, version, type, jsonOf(data), jsonOf(metadata), recordedAt];
}

/** What is nested too deep for Node to write, or for the server to read, comes from the store alone. */
function jsonOf(part: unknown): string | null {
  return findJsonProblem(part) === TOO_DEEP ? null : JSON.stringify(part);
}

function toDeadLetter(row: Row): DeadLetter {
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
