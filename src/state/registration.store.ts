import type { DataSource, EntityManager } from 'typeorm';
import type { Beginning } from './beginning';
import type { DeclaredProjection } from './declared-projection';
import { tableName } from './table-name';

/** What `projection_states` knows of the code of a projection, and of where it begins. */
export class RegistrationStore {
  private readonly states: string;

  constructor(private readonly dataSource: DataSource) {
    this.states = tableName(dataSource, 'projection_states');
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
}
