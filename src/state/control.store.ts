import type { DataSource, EntityManager } from 'typeorm';
import type { ControlSnapshot } from './control-snapshot';
import { controlSnapshotSql } from './control-snapshot.sql';
import type { DesiredState, StateRow, StoredFailure } from './projection-state';
import { tableName } from './table-name';

/** What is wanted of projections, and why they stopped: `projection_states` as the instances steer by it. */
export class ControlStore {
  private readonly states: string;
  private readonly checkpoints: string;
  private readonly snapshotSql: string;

  constructor(private readonly dataSource: DataSource) {
    const table = (name: string) => tableName(dataSource, name);
    this.states = table('projection_states');
    this.checkpoints = table('projection_checkpoints');
    this.snapshotSql = controlSnapshotSql(table);
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

  /** Makes every owner look at its checkpoint anew. */
  async nextGeneration(manager: EntityManager, projection: string): Promise<void> {
    await manager.query(`UPDATE ${this.states} SET generation = generation + 1 WHERE projection = $1`, [
      projection,
    ]);
  }
}
