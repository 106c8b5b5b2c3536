import type { DataSource } from 'typeorm';
import type { DesiredState, StoredFailure } from './projection-state';
import { isLive } from './is-live';
import { tableName } from './table-name';
import type { StoredTrouble } from './trouble.store';

/** A segment as the database has it. */
export interface SegmentProgress {
  readonly segment: number;
  /** A decimal string: where it is, or where it will begin. */
  readonly position: string;
  /** Whether somebody has begun with it. */
  readonly begun: boolean;
  /** Whether a replay end is set. */
  readonly replaying: boolean;
  /** Whether the position lies before that end. */
  readonly inHistory: boolean;
  /** Who holds its lease now. */
  readonly owner: string | null;
  readonly trouble: StoredTrouble | null;
  /** Seconds since anybody last held its lease, or was asked to; meaningless while it has an owner. */
  readonly unownedSeconds: number;
}

/** How far a projection is, as the database has it. */
export interface ProjectionProgress {
  readonly projection: string;
  readonly version: number;
  readonly state: DesiredState;
  readonly failure: StoredFailure | null;
  /** Grows with every reset of the checkpoints, and when an operator has it run again. */
  readonly generation: string;
  /** Whether appends apply the events of an inline projection. */
  readonly byAppends: boolean;
  /** In order, with those that have no checkpoint yet. */
  readonly segments: readonly SegmentProgress[];
  /** Whether it has set any event aside. */
  readonly hasLetters: boolean;
}

export interface StoredStatus extends ProjectionProgress {
  /** How many failed events it has set aside. */
  readonly failed: number;
  /** How many events wait behind those. */
  readonly waiting: number;
}

/** An event that is waited for: the one at `position`, or those of an append. */
export interface AwaitedEvent {
  readonly projection: string;
  readonly position: bigint;
  /** The stream of the append, and the position of its first event. */
  readonly streamId: string | undefined;
  readonly first: bigint;
}

/** What became of an awaited event. */
export interface AwaitedOutcome {
  /** The place of the event in what was asked for, from 0. */
  readonly index: number;
  readonly generation: string;
  /** The event, where it is set aside. */
  readonly letter: SetAsideEvent | null;
}

export interface SetAsideEvent {
  readonly state: 'failed' | 'waiting';
  readonly type: string;
  /** A decimal string. */
  readonly position: string;
  readonly streamId: string;
  readonly errorMessage: string | null;
}

/** Reads how far projections are, wherever they run: each answer is one statement, and so one moment. */
export class ProgressStore {
  private readonly progressSql: string;
  private readonly statusSql: string;
  private readonly awaitedSql: string;
  private readonly appliedSql: string;

  constructor(private readonly dataSource: DataSource) {
    const table = (name: string) => tableName(dataSource, name);
    const letters = `FROM ${table('projection_dead_letters')} l WHERE l.projection = s.projection`;
    const columns = `
      s.projection, s.version, s.state, to_json(s.failure) AS failure, s.generation::text AS generation, 
      EXISTS (SELECT FROM ${table('projection_inline_marks')} m
        WHERE m.projection = s.projection AND m.by_appends) AS "byAppends",
      EXISTS (SELECT ${letters}) AS "hasLetters",
      (SELECT coalesce(json_agg(r ORDER BY r.segment), '[]') FROM (
        SELECT n AS segment, coalesce(c.position, s.begins_after, 0)::text AS position, c.position IS NOT NULL AS begun, c.replay_until IS NOT NULL AS replaying,
          coalesce(c.position < c.replay_until, false) AS "inHistory",
          CASE WHEN ${isLive('lease')} THEN lease.owner END AS owner,
          CASE WHEN ${isLive('lease')} AND lease.trouble ->> 'epoch' = lease.epoch::text
            THEN lease.trouble END AS trouble,
          greatest(extract(epoch FROM clock_timestamp() -
            greatest(nullif(lease.expires_at, '-infinity'), c.updated_at, s.updated_at)), 0)::float8 AS "unownedSeconds"
        FROM generate_series(0, s.segments - 1) n
        LEFT JOIN ${table('projection_checkpoints')} c ON c.projection = s.projection AND c.segment = n
        LEFT JOIN ${table('projection_leases')} lease ON lease.projection = s.projection AND lease.segment = n
      ) r) AS segments`;
    const from = `FROM ${table('projection_states')} s WHERE s.projection = ANY ($1)`;
    this.progressSql = `SELECT ${columns} ${from}`;
    this.statusSql = `SELECT ${columns},
      (SELECT count(*)::int ${letters} AND l.state = 'failed') AS failed,
      (SELECT count(*)::int ${letters} AND l.state = 'waiting') AS waiting ${from}`;
    this.awaitedSql = `
      SELECT awaited.n::int - 1 AS index, s.generation::text AS generation, to_json(letter) AS letter
      FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[])
        WITH ORDINALITY AS awaited (projection, position, stream_id, first, n)
      JOIN ${table('projection_states')} s ON s.projection = awaited.projection
      LEFT JOIN LATERAL (
        SELECT l.state, l.type, l.position::text AS position, l.stream_id AS "streamId", l.error_message AS "errorMessage"
        ${letters} AND l.position BETWEEN awaited.first AND awaited.position
          AND (awaited.stream_id IS NULL OR l.stream_id = awaited.stream_id)
        ORDER BY l.position LIMIT 1
      ) letter ON true`;
    this.appliedSql = `
      SELECT awaited.n::int - 1 AS index
      FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS awaited (projection, position, n)
      WHERE EXISTS (SELECT FROM ${table('projection_inline_marks')} m
          WHERE m.projection = awaited.projection AND m.by_appends)
        AND EXISTS (SELECT FROM ${table('events')} e WHERE e.global_position = awaited.position)`;
  }

  progressOf(projections: readonly string[]): Promise<ProjectionProgress[]> {
    return this.dataSource.query<ProjectionProgress[]>(this.progressSql, [projections]);
  }

  statusOf(projections: readonly string[]): Promise<StoredStatus[]> {
    return this.dataSource.query<StoredStatus[]>(this.statusSql, [projections]);
  }

  /**
   * Which of the events are applied by appends, settled or not: those that are seen in a moment in which appends apply the
   * events of the projection. What was appended before that was so, the hand-over has applied.
   * @returns their places in what was asked for, from 0
   */
  async appliedByAppends(
    events: readonly Pick<AwaitedEvent, 'projection' | 'position'>[],
  ): Promise<ReadonlySet<number>> {
    const rows = await this.dataSource.query<{ index: number }[]>(this.appliedSql, [
      events.map(({ projection }) => projection),
      events.map(({ position }) => position),
    ]);
    return new Set(rows.map(({ index }) => index));
  }

  outcomesOf(events: readonly AwaitedEvent[]): Promise<AwaitedOutcome[]> {
    return this.dataSource.query<AwaitedOutcome[]>(this.awaitedSql, [
      events.map(({ projection }) => projection),
      events.map(({ position }) => position),
      events.map(({ streamId }) => streamId ?? null),
      events.map(({ first }) => first),
    ]);
  }
}
