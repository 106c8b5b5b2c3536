import type { DataSource, EntityManager } from 'typeorm';
import { tableName } from './table-name';

/**
 * The statements on `projection_inline_marks`: a row for each inline projection, written whenever appends begin or cease
 * to apply its events. A transaction that sees an older state of the database locks it, which PostgreSQL refuses with
 * 40001 where the row was written since. The checkpoint would not do: batches write it all the time.
 */
export class InlineMarkStore {
  private readonly table: string;

  constructor(private readonly dataSource: DataSource) {
    this.table = tableName(dataSource, 'projection_inline_marks');
  }

  /** Makes the row where there is none yet. */
  async create(projection: string, manager: EntityManager = this.dataSource.manager): Promise<void> {
    await manager.query(`INSERT INTO ${this.table} (projection) VALUES ($1) ON CONFLICT DO NOTHING`, [
      projection,
    ]);
  }

  /** Fails with 40001 where the mark is newer than what the transaction sees. */
  async hold(manager: EntityManager, projection: string): Promise<void> {
    const rows = await manager.query<unknown[]>(`SELECT FROM ${this.table} WHERE projection = $1 FOR SHARE`, [
      projection,
    ]);
    // A row that was made since is one that this conflicts with.
    if (rows.length === 0) await this.create(projection, manager);
  }

  async touch(manager: EntityManager, projection: string): Promise<void> {
    await manager.query(
      `INSERT INTO ${this.table} (projection) VALUES ($1)
       ON CONFLICT (projection) DO UPDATE SET changed_at = clock_timestamp()`,
      [projection],
    );
  }
}
