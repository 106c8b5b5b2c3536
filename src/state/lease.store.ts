import type { DataSource, EntityManager } from 'typeorm';
import { terminateStaleSession } from './terminate-stale-session';
import { isLive, releasedNow } from './is-live';
import type { SegmentId } from './segment-id';
import { tableName } from './table-name';

export interface Lease extends SegmentId {
  readonly owner: string;
  readonly epoch: bigint;
}

/** The statements on leases and instances. All times are the database's, so clocks of instances do not matter. */
export class LeaseStore {
  private readonly leases: string;
  private readonly instances: string;

  constructor(
    private readonly dataSource: DataSource,
    private readonly instance: string,
    private readonly leaseMs: number,
  ) {
    this.leases = tableName(dataSource, 'projection_leases');
    this.instances = tableName(dataSource, 'projection_instances');
  }

  /**
   * Tells the other instances that this one lives, what it can run, and that it keeps what it holds. A lease that is
   * not held any more runs out, although giving it back may have failed. Rows that somebody has locked are passed over:
   * waiting for one of them would cost all the other leases.
   */
  async heartbeat(runs: readonly string[], held: readonly Lease[]): Promise<void> {
    await this.dataSource.query(
      `WITH alive AS (
         INSERT INTO ${this.instances} (instance, runs, expires_at, lease_ms)
         VALUES ($1, $2, clock_timestamp() + $3::int * interval '1 ms', $3)
         ON CONFLICT (instance) DO UPDATE
           SET runs = excluded.runs, expires_at = excluded.expires_at, lease_ms = excluded.lease_ms
       ), dead AS (
         DELETE FROM ${this.instances} WHERE instance IN (
           SELECT instance FROM ${this.instances}
           WHERE NOT ${isLive()} AND instance <> $1 FOR UPDATE SKIP LOCKED
         )
       )
       UPDATE ${this.leases} SET expires_at = clock_timestamp() + $3::int * interval '1 ms', lease_ms = $3
       WHERE (projection, segment) IN (
         SELECT projection, segment
         FROM ${this.leases} lease JOIN unnest($4::text[], $5::int[]) AS held (projection, segment) USING (projection, segment)
         WHERE owner = $1 FOR UPDATE OF lease SKIP LOCKED
       )`,
      [
        this.instance,
        runs,
        this.leaseMs,
        held.map(({ projection }) => projection),
        held.map(({ segment }) => segment),
      ],
    );
  }

  /** Takes a lease that is free; `undefined` when it is not. Every taking raises the epoch. */
  async acquire(manager: EntityManager, { projection, segment }: SegmentId): Promise<Lease | undefined> {
    const [row] = await manager.query<{ epoch: string }[]>(
      `INSERT INTO ${this.leases} AS lease (projection, segment, owner, epoch, expires_at, lease_ms)
       VALUES ($1, $2, $3, 1, clock_timestamp() + $4::int * interval '1 ms', $4)
       ON CONFLICT (projection, segment) DO UPDATE
         SET owner = excluded.owner, epoch = lease.epoch + 1, expires_at = excluded.expires_at,
             lease_ms = excluded.lease_ms
         WHERE NOT ${isLive('lease')} OR lease.owner = excluded.owner
       RETURNING epoch`,
      [projection, segment, this.instance, this.leaseMs],
    );
    return row && { projection, segment, owner: this.instance, epoch: BigInt(row.epoch) };
  }

  /** Ends the transaction of an instance that was stopped while it took the lease. */
  terminateStaleSession(id: SegmentId): Promise<boolean> {
    return terminateStaleSession(this.dataSource, this.leases, id);
  }

  /** Lets others have it at once. The row stays, and with it the epoch. */
  async release({ projection, segment, epoch }: Lease): Promise<void> {
    await this.dataSource.query(
      `UPDATE ${this.leases} SET ${releasedNow}
       WHERE projection = $1 AND segment = $2 AND owner = $3 AND epoch = $4`,
      [projection, segment, this.instance, epoch],
    );
  }

  async leave(): Promise<void> {
    await this.dataSource.query(
      `WITH released AS (UPDATE ${this.leases} SET ${releasedNow} WHERE owner = $1)
       DELETE FROM ${this.instances} WHERE instance = $1`,
      [this.instance],
    );
  }
}
