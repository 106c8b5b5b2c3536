import type { DataSource, EntityManager } from 'typeorm';
import { tableName } from './table-name';

/** A checkpoint as read. */
export interface Checkpoint {
  readonly position: bigint;
  /** The end of the history being replayed; `undefined` when none is. */
  readonly replayUntil: bigint | undefined;
}

/** The statements on `projection_checkpoints`. */
export class CheckpointStore {
  private readonly table: string;

  constructor(private readonly dataSource: DataSource) {
    this.table = tableName(dataSource, 'projection_checkpoints');
  }

  async read(
    projection: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<Checkpoint | undefined> {
    const [row] = await manager.query<{ position: string; replay_until: string | null }[]>(
      `SELECT position, replay_until FROM ${this.table} WHERE projection = $1 AND segment = 0`,
      [projection],
    );
    if (!row) return undefined;
    return {
      position: BigInt(row.position),
      replayUntil: row.replay_until === null ? undefined : BigInt(row.replay_until),
    };
  }

  /** Makes the row where there is none yet. */
  async create(projection: string, { position, replayUntil }: Checkpoint): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO ${this.table} (projection, segment, position, replay_until) VALUES ($1, 0, $2, $3)
       ON CONFLICT DO NOTHING`,
      [projection, position, replayUntil ?? null],
    );
  }

  /**
   * Moves the checkpoint if it is where `from` says: the compare-and-set that makes every event count once. The row
   * stays locked to the end of the transaction, so a second instance waits here and then finds it moved.
   */
  async advance(
    projection: string,
    from: Checkpoint,
    to: Checkpoint,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<boolean> {
    const [, moved] = await manager.query<[unknown, number]>(
      `UPDATE ${this.table} SET position = $3, replay_until = $4, updated_at = clock_timestamp()
       WHERE projection = $1 AND segment = 0 AND position = $2 AND replay_until IS NOT DISTINCT FROM $5`,
      [projection, from.position, to.position, to.replayUntil ?? null, from.replayUntil ?? null],
    );
    return moved === 1;
  }

  /** Puts the checkpoint wherever it is told, whatever it was. */
  async reset(
    manager: EntityManager,
    projection: string,
    { position, replayUntil }: Checkpoint,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO ${this.table} (projection, segment, position, replay_until) VALUES ($1, 0, $2, $3)
       ON CONFLICT (projection, segment)
       DO UPDATE SET position = $2, replay_until = $3, updated_at = clock_timestamp()`,
      [projection, position, replayUntil ?? null],
    );
  }

  async highest(): Promise<bigint> {
    const [row] = await this.dataSource.query<[{ position: string }]>(
      `SELECT coalesce(max(position), 0) AS position FROM ${this.table}`,
    );
    return BigInt(row.position);
  }
}
