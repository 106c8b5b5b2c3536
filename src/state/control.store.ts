import type { DataSource, EntityManager } from 'typeorm';
import { isFarAway, isLive } from './is-live';
import { tableName } from './table-name';

/** What operators, or a failure, want of a projection, wherever it runs. */
export type DesiredState = 'running' | 'paused' | 'stopped';

/** Why a projection stopped; stored, so that any process can tell. */
export interface StoredFailure {
  readonly name: string;
  readonly message: string;
  readonly at: string;
  readonly instance: string;
  /** The position of the event it stopped before; absent where no single event is to blame. */
  readonly position?: string;
  /** Where the checkpoint of the segment stood: everything behind that waits for the event. */
  readonly after?: string;
  readonly segment: number;
}

export interface StateRow {
  readonly projection: string;
  readonly version: number;
  readonly state: DesiredState;
  readonly failure: StoredFailure | null;
  /** Grows with every reset of the checkpoints, and when an operator has it run again. */
  readonly generation: number;
  /** Into how many segments its checkpoints are cut. */
  readonly segments: number;
  /** Into how many they are to be cut. */
  readonly segmentsWanted: number;
  /** The position behind which it begins, as text; `null` where that was never noted. */
  readonly beginsAfter: string | null;
  /** Up to where events were history when it was registered, as text; `null` where that was never noted. */
  readonly historyUntil: string | null;
  /** Whether it is inline and appends apply its events. */
  readonly byAppends: boolean;
  /** The identity of the `segmentBy` that the segments were made with; `null` where that was not noted yet. */
  readonly segmentedBy: string | null;
  /** The identity of the `segmentBy` that the next segments are to be made with. */
  readonly segmentByWanted: string | null;
  /** Whether the segments run up to a barrier, to be made anew there. */
  readonly resegmenting: boolean;
}

/** Where a new projection begins. */
export interface Beginning {
  /** The position behind which its first event lies. */
  readonly after: bigint;
  /** The last position that is history to it. */
  readonly historyUntil: bigint;
}

/** A projection as the code of an instance declares it. */
export interface DeclaredProjection {
  readonly name: string;
  readonly version: number;
  readonly segments: number;
  /** The identity of its `segmentBy`. */
  readonly segmentBy: string;
  /** The source that its checkpoints are positions of; `undefined` for the module's event store, and where it keeps none. */
  readonly source: string | undefined;
}

export interface LeaseRow {
  readonly projection: string;
  readonly segment: number;
  readonly owner: string;
  readonly epoch: number;
  readonly live: boolean;
  /** Whether it expires later than it was given for, as after the clock of the database went back. */
  readonly farAway: boolean;
}

export interface InstanceRow {
  readonly instance: string;
  readonly runs: readonly string[];
}

export interface CommandRow {
  readonly id: number;
  readonly projection: string;
  readonly segment: number;
  readonly command: string;
  readonly arguments: unknown;
}

/** Whoever gave an order that nobody took up in this time has given it up, or is gone. */
const TAKEN_UP_WITHIN = '2 minutes';

/** All that an instance must know of the others and of what is wanted. */
export interface ControlSnapshot {
  readonly states: readonly StateRow[];
  readonly leases: readonly LeaseRow[];
  readonly instances: readonly InstanceRow[];
  readonly commands: readonly CommandRow[];
}

/** Who asks for an operation, and why: kept in `projection_audit`. */
export interface Actor {
  /** A person or a program, in the caller's words. */
  readonly by?: string;
  readonly reason?: string;
}

/** The statements on `projection_states` and `projection_audit`, and the one look at everything. */
export class ControlStore {
  private readonly states: string;
  private readonly checkpoints: string;
  private readonly audits: string;
  private readonly snapshotSql: string;

  constructor(private readonly dataSource: DataSource) {
    const table = (name: string) => tableName(dataSource, name);
    this.states = table('projection_states');
    this.checkpoints = table('projection_checkpoints');
    this.audits = table('projection_audit');
    this.snapshotSql = `SELECT
      ${rows(`SELECT projection, version, state, failure, generation, segments,
                segments_wanted AS "segmentsWanted", segmented_by AS "segmentedBy",
                segment_by_wanted AS "segmentByWanted",
                begins_after::text AS "beginsAfter", history_until::text AS "historyUntil",
                EXISTS (SELECT FROM ${table('projection_inline_marks')} m
                        WHERE m.projection = s.projection AND m.by_appends) AS "byAppends",
                EXISTS (SELECT FROM ${this.checkpoints} c
                        WHERE c.projection = s.projection AND c.halt_at IS NOT NULL) AS resegmenting
              FROM ${this.states} s`)} AS states,
      ${rows(`SELECT projection, segment, owner, epoch, ${isLive()} AS live, ${isFarAway()} AS "farAway"
              FROM ${table('projection_leases')}`)} AS leases,
      ${rows(`SELECT instance, runs FROM ${table('projection_instances')} WHERE ${isLive()}`)} AS instances,
      ${rows(`SELECT id, projection, segment, command, arguments FROM ${table('projection_commands')}
              WHERE finished_at IS NULL
                AND (progressed_at IS NOT NULL OR requested_at > clock_timestamp() - interval '${TAKEN_UP_WITHIN}')
              ORDER BY id`)} AS commands`;
  }

  /**
   * Makes the row of a projection. Newer code, or other segments, are noted; older code changes nothing, and neither
   * does code of the same version that would share out the events of several segments in another way.
   * @returns the source that its checkpoints are positions of
   */
  async register(
    { name, version, segments, segmentBy, source }: DeclaredProjection,
    { after, historyUntil }: Beginning,
    manager: EntityManager,
  ): Promise<string | undefined> {
    await manager.query(
      `INSERT INTO ${this.states} AS stored
         (projection, version, segments, segments_wanted, segmented_by, segment_by_wanted, begins_after, history_until, source)
       VALUES ($1, $2, $3, $3, $4, $4, $5, $6, $7)
       ON CONFLICT (projection) DO UPDATE
         SET version = excluded.version, segments_wanted = excluded.segments_wanted,
             segment_by_wanted = excluded.segment_by_wanted,
             segmented_by = CASE
               WHEN stored.segmented_by IS NULL OR (stored.segments = 1 AND excluded.segments_wanted = 1)
               THEN excluded.segmented_by ELSE stored.segmented_by END
         WHERE stored.version < excluded.version
            OR stored.version = excluded.version
               AND (stored.segments = 1 OR coalesce(stored.segmented_by = excluded.segmented_by, true))`,
      [name, version, segments, segmentBy, after, historyUntil, source ?? null],
    );
    const [row] = await manager.query<[{ source: string | null }]>(
      `SELECT source FROM ${this.states} WHERE projection = $1`,
      [name],
    );
    return row.source ?? undefined;
  }

  async isRegistered(projection: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(`SELECT FROM ${this.states} WHERE projection = $1`, [
      projection,
    ]);
    return rows.length > 0;
  }

  async snapshot(): Promise<ControlSnapshot> {
    const [row] = await this.dataSource.query<[ControlSnapshot]>(this.snapshotSql);
    return row;
  }

  async read(projection: string): Promise<StateRow | undefined> {
    return (await this.snapshot()).states.find((state) => state.projection === projection);
  }

  /** What is wanted of one projection, by what the transaction of `manager` sees. */
  async stateOf(projection: string, manager: EntityManager): Promise<DesiredState | undefined> {
    const [row] = await manager.query<{ state: DesiredState }[]>(
      `SELECT state FROM ${this.states} WHERE projection = $1`,
      [projection],
    );
    return row?.state;
  }

  /**
   * What stopped the projection stays known while it is paused, and is forgotten when it runs again, also in each instance
   * that keeps it to itself: these see it by the generation.
   * @returns `false` where the projection has no row
   */
  async setState(
    projection: string,
    state: 'running' | 'paused',
    manager: EntityManager = this.dataSource.manager,
  ): Promise<boolean> {
    const [, changed] = await manager.query<[unknown[], number]>(
      `UPDATE ${this.states}
       SET state = $2, failure = CASE WHEN $2 = 'running' THEN NULL ELSE failure END, updated_at = clock_timestamp(),
           generation = generation + CASE WHEN $2 = 'running' THEN 1 ELSE 0 END
       WHERE projection = $1`,
      [projection, state],
    );
    return changed > 0;
  }

  /** Has a stopped projection run again; `false` when it is paused, which is left alone. */
  async leaveStop(manager: EntityManager, projection: string): Promise<boolean> {
    const [rows] = await manager.query<[unknown[], number]>(
      `UPDATE ${this.states} SET state = 'running', failure = NULL, updated_at = clock_timestamp()
       WHERE projection = $1 AND state <> 'paused' RETURNING projection`,
      [projection],
    );
    return rows.length > 0;
  }

  /**
   * Stops a projection, unless an operator has paused it meanwhile.
   * @param epoch of the lease under which the segment failed
   * @returns `false` when the lease is another's by now, for whom the failure says nothing
   */
  async halt(projection: string, failure: StoredFailure, epoch: bigint): Promise<boolean> {
    // The lock keeps whoever takes the lease meanwhile from doing so between the look and the write.
    const [, stopped] = await this.dataSource.query<[unknown[], number]>(
      `WITH mine AS (
         SELECT FROM ${this.checkpoints}
         WHERE projection = $1 AND segment = $3 AND epoch = $4 AND ($5::bigint IS NULL OR position = $5) FOR SHARE
       )
       UPDATE ${this.states}
       SET state = CASE state WHEN 'paused' THEN state ELSE 'stopped' END, failure = $2,
           updated_at = clock_timestamp()
       WHERE projection = $1 AND EXISTS (SELECT FROM mine)`,
      [projection, JSON.stringify(failure), failure.segment, epoch, failure.after ?? null],
    );
    return stopped > 0;
  }

  /** Where a projection begins in a store that has begun again, and ends before where it began until now. */
  async beginWithin(
    manager: EntityManager,
    projection: string,
    { after, historyUntil }: Beginning,
  ): Promise<void> {
    await manager.query(
      `UPDATE ${this.states} SET begins_after = $2, history_until = least(history_until, $3) WHERE projection = $1`,
      [projection, after, historyUntil],
    );
  }

  /** Makes every owner look at its checkpoint anew. */
  async nextGeneration(manager: EntityManager, projection: string): Promise<void> {
    await manager.query(`UPDATE ${this.states} SET generation = generation + 1 WHERE projection = $1`, [
      projection,
    ]);
  }

  async audit(
    projection: string,
    action: string,
    { by, reason }: Actor,
    details: object = {},
    manager: EntityManager = this.dataSource.manager,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO ${this.audits} (projection, action, actor, reason, details) VALUES ($1, $2, $3, $4, $5)`,
      [projection, action, by ?? null, reason ?? null, JSON.stringify(details)],
    );
  }
}

/** The rows of a query as one JSON array. */
const rows = (select: string): string => `(SELECT coalesce(json_agg(r), '[]') FROM (${select}) r)`;
