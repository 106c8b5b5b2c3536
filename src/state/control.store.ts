import type { DataSource, EntityManager } from 'typeorm';
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
  readonly segment: number;
}

export interface StateRow {
  readonly projection: string;
  readonly version: number;
  readonly state: DesiredState;
  readonly failure: StoredFailure | null;
  /** Grows with every reset of the checkpoints. */
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
}

/** Where a new projection begins. */
export interface Beginning {
  /** The position behind which its first event lies. */
  readonly after: bigint;
  /** The last position that is history to it. */
  readonly historyUntil: bigint;
}

export interface LeaseRow {
  readonly projection: string;
  readonly segment: number;
  readonly owner: string;
  readonly epoch: number;
  readonly live: boolean;
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
  private readonly audits: string;
  private readonly snapshotSql: string;

  constructor(private readonly dataSource: DataSource) {
    const table = (name: string) => tableName(dataSource, name);
    this.states = table('projection_states');
    this.audits = table('projection_audit');
    this.snapshotSql = `SELECT
      ${rows(`SELECT projection, version, state, failure, generation, segments,
                segments_wanted AS "segmentsWanted",
                begins_after::text AS "beginsAfter", history_until::text AS "historyUntil",
                EXISTS (SELECT FROM ${table('projection_inline_marks')} m
                        WHERE m.projection = s.projection AND m.by_appends) AS "byAppends"
              FROM ${this.states} s`)} AS states,
      ${rows(`SELECT projection, segment, owner, epoch, expires_at > clock_timestamp() AS live
              FROM ${table('projection_leases')}`)} AS leases,
      ${rows(`SELECT instance, runs FROM ${table('projection_instances')}
              WHERE expires_at > clock_timestamp()`)} AS instances,
      ${rows(`SELECT id, projection, segment, command, arguments FROM ${table('projection_commands')}
              WHERE finished_at IS NULL ORDER BY id`)} AS commands`;
  }

  /** Makes the row of a projection. Newer code, or other segments, are noted; older code changes nothing. */
  async register(
    projection: string,
    version: number,
    segments: number,
    { after, historyUntil }: Beginning,
  ): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO ${this.states} AS stored
         (projection, version, segments, segments_wanted, begins_after, history_until) VALUES ($1, $2, $3, $3, $4, $5)
       ON CONFLICT (projection) DO UPDATE SET version = excluded.version, segments_wanted = excluded.segments_wanted
         WHERE stored.version <= excluded.version`,
      [projection, version, segments, after, historyUntil],
    );
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

  /** What stopped the projection stays known while it is paused, and is forgotten when it runs again. */
  async setState(
    projection: string,
    state: 'running' | 'paused',
    manager: EntityManager = this.dataSource.manager,
  ): Promise<void> {
    await manager.query(
      `UPDATE ${this.states}
       SET state = $2, failure = CASE WHEN $2 = 'running' THEN NULL ELSE failure END, updated_at = clock_timestamp()
       WHERE projection = $1`,
      [projection, state],
    );
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

  /** Stops a projection, unless an operator has paused it meanwhile. */
  async halt(projection: string, failure: StoredFailure): Promise<void> {
    await this.dataSource.query(
      `UPDATE ${this.states}
       SET state = CASE state WHEN 'paused' THEN state ELSE 'stopped' END, failure = $2,
           updated_at = clock_timestamp()
       WHERE projection = $1`,
      [projection, JSON.stringify(failure)],
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
