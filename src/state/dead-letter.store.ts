import type { DataSource, EntityManager } from 'typeorm';
import type { RecordedEvent } from '../events/recorded-event';
import type { DeadLetter, DeadLetterFilter, FailureRecord } from './dead-letter';
import { eventColumns, LETTER_COLUMNS, type LetterRow, toDeadLetter } from './dead-letter-row';
import type { SegmentId } from './segment-id';
import { tableName } from './table-name';

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
        ...eventColumns(event),
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
    const columns = held.map(({ event, parkedBy }) => [parkedBy, ...eventColumns(event)]);
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
  async unblocked({ projection, segment }: SegmentId): Promise<string[]> {
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
    const rows = await this.dataSource.query<LetterRow[]>(
      `SELECT ${LETTER_COLUMNS} FROM ${this.table} WHERE projection = $1 AND ${MATCHES} ORDER BY ${this.table}.position LIMIT $5`,
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
    const rows = await manager.query<LetterRow[]>(
      `SELECT ${LETTER_COLUMNS} FROM ${this.table} WHERE projection = $1 AND id > $2 ORDER BY ${this.table}.id LIMIT $3`,
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
    const rows = await this.dataSource.query<LetterRow[]>(
      `SELECT ${LETTER_COLUMNS} FROM ${this.table}
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
    const [rows] = await manager.query<[LetterRow[], number]>(
      `DELETE FROM ${this.table} WHERE projection = $1 AND segment = $5 AND ${MATCHES} RETURNING ${LETTER_COLUMNS}`,
      [projection, ...paramsOf(filter), segment],
    );
    return rows.map(toDeadLetter);
  }
}

function paramsOf({ ids, streamId, type }: DeadLetterFilter): unknown[] {
  return [ids ?? null, streamId ?? null, type ?? null];
}
