import type { ClientBase } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { Witness } from '../events/witness';
import { StatementNames } from '../database/statement-names';
import { SERVER_INCARNATION } from '../database/server-incarnation';
import { terminateStaleSession } from './terminate-stale-session';
import type { SegmentId } from './segment-id';
import { tableName } from './table-name';

/** How far a segment is. */
export interface Checkpoint {
  readonly position: bigint;
  /** The end of the history being replayed; `undefined` when none is. */
  readonly replayUntil: bigint | undefined;
  /** Where the segment waits for the others, to be cut anew; `undefined` when nothing of the kind is under way. */
  readonly haltAt?: bigint | undefined;
  /** The last event that is known up to there, or of what an inline projection was handed over with. */
  readonly witness?: Witness | undefined;
}

/** A checkpoint as stored, with the epoch of the lease it was last claimed under. */
export interface StoredCheckpoint extends Checkpoint {
  readonly segment: number;
  readonly epoch: bigint;
  /** The life of the server that it was read in. */
  readonly server: string;
}

interface Row {
  readonly segment: number;
  readonly position: string;
  readonly replay_until: string | null;
  readonly epoch: string;
  readonly halt_at: string | null;
  readonly witness_position: string | null;
  readonly witness_id: string | null;
  readonly witness_through: string | null;
  readonly server: string;
}

/** What the fence of a batch found. */
export interface Fenced {
  /** The server process that serves the transaction, for whoever has to cancel its statement. */
  readonly backend: number;
  /** The id of the transaction, as rows that it writes have it in `xmin`. */
  readonly transaction: string;
}

/** Moves a checkpoint within a statement that does more, and gives what `Fenced` has, or nothing where it may not. */
export interface Claim {
  /** @param condition what else it depends on; with one it does not wait for whoever has the row locked */
  readonly sql: (condition?: string) => string;
  readonly values: unknown[];
}

/** The statements on `projection_checkpoints`. */
export class CheckpointStore {
  private readonly table: string;
  private readonly states: string;
  private readonly names: StatementNames;

  constructor(private readonly dataSource: DataSource) {
    this.names = new StatementNames(dataSource);
    this.table = tableName(dataSource, 'projection_checkpoints');
    this.states = tableName(dataSource, 'projection_states');
  }

  /** The checkpoints of all segments of a projection, in order. */
  async readAll(
    projection: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<StoredCheckpoint[]> {
    const rows = await manager.query<Row[]>(
      `SELECT segment, position, replay_until, epoch, halt_at, witness_position, witness_id, witness_through, ${SERVER_INCARNATION} AS server
       FROM ${this.table} WHERE projection = $1 ORDER BY segment`,
      [projection],
    );
    return rows.map(toCheckpoint);
  }

  async read(
    { projection, segment }: SegmentId,
    manager?: EntityManager,
  ): Promise<StoredCheckpoint | undefined> {
    return (await this.readAll(projection, manager)).find((checkpoint) => checkpoint.segment === segment);
  }

  /**
   * Makes the row where there is none yet. It looks first: ON CONFLICT alone would wait for whoever has the row locked,
   * which may be a process that stands still in the middle of a batch.
   */
  async create(
    manager: EntityManager,
    { projection, segment }: SegmentId,
    { position, replayUntil }: Checkpoint,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO ${this.table} (projection, segment, position, replay_until)
       SELECT $1, $2, $3, $4
       WHERE NOT EXISTS (SELECT FROM ${this.table} WHERE projection = $1 AND segment = $2)
       ON CONFLICT DO NOTHING`,
      [projection, segment, position, replayUntil ?? null],
    );
  }

  /**
   * Moves the checkpoint if it is where `from` says and nobody has claimed it since: the compare-and-set that makes
   * every event count once. The row stays locked to the end of the transaction, so another instance waits here and
   * then finds it moved.
   * @param server the life of the server that `from` was read in: what was read in it may be gone in another one
   */
  async advance(
    { projection, segment }: SegmentId,
    epoch: bigint,
    from: Checkpoint,
    to: Checkpoint,
    manager?: EntityManager,
    server?: string,
  ): Promise<Fenced | undefined> {
    const { sql, values } = this.claimOf({ projection, segment }, epoch, from, to, server);
    const text = sql();
    if (!manager) return (await this.dataSource.query<[Fenced[], number]>(text, values))[0][0];
    // Every batch begins with it, which makes what the server spends on planning it count.
    const client = (await manager.queryRunner!.connect()) as ClientBase;
    const { rows } = await this.names.send<[backend: number, transaction: string]>(client, {
      text,
      values,
      rowMode: 'array',
    });
    return rows[0] && { backend: rows[0][0], transaction: rows[0][1] };
  }

  /** Where the checkpoint is, unless somebody has it locked. */
  private get unlocked(): string {
    return `SELECT ctid FROM ${this.table} WHERE projection = $1 AND segment = $2 FOR UPDATE SKIP LOCKED`;
  }

  /** The same as a part of a statement. */
  claimOf(
    { projection, segment }: SegmentId,
    epoch: bigint,
    from: Checkpoint,
    to: Checkpoint,
    server?: string,
  ): Claim {
    const { position, replayUntil = null, witness } = to;
    return {
      sql: (condition) => `
      UPDATE ${this.table} SET position = $4, replay_until = $5, witness_position = $9, witness_id = $10, witness_through = $11, updated_at = clock_timestamp()
      WHERE ${condition === undefined ? '' : `${condition} AND ctid = (${this.unlocked}) AND `}projection = $1 AND segment = $2 AND position = $3 AND replay_until IS NOT DISTINCT FROM $6 AND epoch = $7 AND coalesce(halt_at >= $4, true)
        AND coalesce(${SERVER_INCARNATION} = $8::text, true)
      RETURNING pg_backend_pid() AS backend, pg_current_xact_id()::xid::text AS transaction`,
      values: [
        projection,
        segment,
        from.position,
        position,
        replayUntil,
        from.replayUntil ?? null,
        epoch,
        server ?? null,
        witness?.position ?? null,
        witness?.id ?? null,
        witness?.through ?? null,
      ],
    };
  }

  /**
   * Locks all segments and puts them wherever it is told. What a segment had got to is history to it from here on, and
   * what lies behind that is not, also where it comes while the locks are waited for. Without a witness, what is told of
   * the store before counts no more.
   */
  async reset(
    manager: EntityManager,
    projection: string,
    { position, replayUntil, witness }: Checkpoint,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO ${this.table} (projection, segment, position, replay_until) VALUES ($1, 0, $2, $3)
       ON CONFLICT DO NOTHING`,
      [projection, position, replayUntil ?? null],
    );
    await manager.query(
      `UPDATE ${this.table} SET position = $2, replay_until = coalesce($3, nullif(greatest(position, replay_until, $2), $2)),
         witness_position = $4, witness_id = $5, witness_through = $6, updated_at = clock_timestamp()
       WHERE projection = $1`,
      [
        projection,
        position,
        replayUntil ?? null,
        witness?.position ?? null,
        witness?.id ?? null,
        witness?.through ?? null,
      ],
    );
  }

  /** Has segments that wait for each other, to be cut anew, meet no earlier than at `position`. */
  async meetBehind(manager: EntityManager, projection: string, position: bigint): Promise<void> {
    await manager.query(`UPDATE ${this.table} SET halt_at = $2 WHERE projection = $1 AND halt_at < $2`, [
      projection,
      position,
    ]);
  }

  /** Marks the checkpoint as claimed by the lease of this epoch, so that older ones can change nothing more. */
  async claim(manager: EntityManager, { projection, segment }: SegmentId, epoch: bigint): Promise<void> {
    await manager.query(
      `UPDATE ${this.table} SET epoch = $3 WHERE projection = $1 AND segment = $2 AND epoch < $3`,
      [projection, segment, epoch],
    );
  }

  /** Ends the open batch of an owner whose lease is over. */
  terminateStaleSession(id: SegmentId): Promise<boolean> {
    return terminateStaleSession(this.dataSource, this.table, id);
  }

  /**
   * How far a source is known to be settled: no further than its events go, for what lies behind them may be drawn again.
   * @param source its name; `undefined` for the module's event store
   */
  async settled(source: string | undefined): Promise<bigint> {
    const [row] = await this.dataSource.query<[{ position: string }]>(
      `SELECT coalesce(max(least(position, witness_position)) FILTER (WHERE witness_id IS NOT NULL), max(position), 0) AS position
       FROM ${this.table} JOIN ${this.states} USING (projection) WHERE source IS NOT DISTINCT FROM $1`,
      [source ?? null],
    );
    return BigInt(row.position);
  }
}

function toCheckpoint(row: Row): StoredCheckpoint {
  return {
    segment: row.segment,
    position: BigInt(row.position),
    replayUntil: row.replay_until === null ? undefined : BigInt(row.replay_until),
    epoch: BigInt(row.epoch),
    haltAt: row.halt_at === null ? undefined : BigInt(row.halt_at),
    witness: witnessOf(row),
    server: row.server,
  };
}

function witnessOf({ witness_position, witness_id: id, witness_through }: Row): Witness | undefined {
  if (witness_position === null || id === null) return undefined;
  const position = BigInt(witness_position);
  return { position, id, through: BigInt(witness_through ?? position) };
}
