import type { DataSource, EntityManager } from 'typeorm';
import type { SegmentId } from './segment-id';
import { tableName } from './table-name';

/**
 * The statements on `projection_inline_marks`: whether appends apply the events of an inline projection, or its loop does.
 * A transaction that sees an older state of the database locks the row, which PostgreSQL refuses with 40001 where it was
 * written since. The checkpoint would not do for that: batches write it all the time.
 */
export class InlineMarkStore {
  private readonly table: string;
  private readonly checkpoints: string;
  private readonly states: string;

  constructor(private readonly dataSource: DataSource) {
    this.table = tableName(dataSource, 'projection_inline_marks');
    this.checkpoints = tableName(dataSource, 'projection_checkpoints');
    this.states = tableName(dataSource, 'projection_states');
  }

  /** Makes the row where there is none yet. */
  async create(projection: string, manager: EntityManager = this.dataSource.manager): Promise<void> {
    await manager.query(`INSERT INTO ${this.table} (projection) VALUES ($1) ON CONFLICT DO NOTHING`, [
      projection,
    ]);
  }

  /** Whether appends apply its events; `undefined` for what was never inline. */
  async read(
    projection: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<boolean | undefined> {
    const [row] = await manager.query<Row[]>(`SELECT by_appends FROM ${this.table} WHERE projection = $1`, [
      projection,
    ]);
    return row?.by_appends;
  }

  /**
   * What an append has to know. It fails with 40001 where the mark has changed since the snapshot of the transaction was
   * taken; of newer code that came since it knows nothing, as where it had come first.
   */
  async forAppend(
    projection: string,
    isSnapshot: boolean,
    manager: EntityManager,
  ): Promise<InlineMark | undefined> {
    const [row] = await manager.query<InlineMark[]>(
      `SELECT by_appends AS "byAppends", (SELECT version FROM ${this.states} WHERE projection = $1) AS version
       FROM ${this.table} WHERE projection = $1 ${isSnapshot ? 'FOR SHARE' : ''}`,
      [projection],
    );
    // A row that was made since is one that this conflicts with.
    if (!row && isSnapshot) await this.create(projection, manager);
    return row;
  }

  async write(projection: string, byAppends: boolean, manager: EntityManager): Promise<void> {
    await manager.query(
      `INSERT INTO ${this.table} (projection, by_appends) VALUES ($1, $2)
       ON CONFLICT (projection) DO UPDATE SET by_appends = excluded.by_appends, changed_at = clock_timestamp()`,
      [projection, byAppends],
    );
  }

  /** Notes that an instance appends which does not provide it. */
  async leaveOut(projection: string, manager: EntityManager): Promise<void> {
    await manager.query(`UPDATE ${this.table} SET left_out_at = clock_timestamp() WHERE projection = $1`, [
      projection,
    ]);
  }

  /** Whether that was noted in the last so many seconds. A time to come is that of a clock that went back since. */
  async wasLeftOut(projection: string, seconds: number, manager: EntityManager): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `SELECT FROM ${this.table} WHERE projection = $1
         AND left_out_at BETWEEN clock_timestamp() - $2 * interval '1 s' AND clock_timestamp()`,
      [projection, seconds],
    );
    return rows.length > 0;
  }

  /** Has the checkpoint say what the mark says, also where code that declares another type has moved it. */
  async leaveToLoop({ projection, segment }: SegmentId, epoch: bigint): Promise<void> {
    await this.dataSource.query(
      `UPDATE ${this.checkpoints} SET replay_until = 0
       WHERE projection = $1 AND segment = $2 AND epoch = $3 AND replay_until IS NULL
         AND NOT EXISTS (SELECT FROM ${this.table} WHERE projection = $1 AND by_appends)`,
      [projection, segment, epoch],
    );
  }
}

export interface InlineMark {
  /** Whether appends apply its events. */
  readonly byAppends: boolean;
  /** The newest version of its code that has run on this database; `null` where none is noted. */
  readonly version: number | null;
}

interface Row {
  readonly by_appends: boolean;
}
