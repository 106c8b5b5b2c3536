import type { DataSource } from 'typeorm';
import type { SegmentId } from './segment-id';
import { SHIELD } from './shield';

/**
 * Ends the session that keeps a segment's row of `table` locked: the open transaction of an owner whose lease is over,
 * as of a process that was stopped in the middle, but not what an operator does. The locker of a row is its xmax.
 * @returns whether there was one
 */
export async function evict(
  dataSource: DataSource,
  table: string,
  { projection, segment }: SegmentId,
): Promise<boolean> {
  const ended = await dataSource.query<unknown[]>(
    `SELECT pg_terminate_backend(lock.pid)
     FROM ${table} held
     JOIN pg_locks lock ON lock.locktype = 'transactionid' AND lock.granted AND lock.transactionid = held.xmax
     WHERE held.projection = $1 AND held.segment = $2 AND lock.pid <> pg_backend_pid()
       AND NOT EXISTS (
         SELECT FROM pg_locks shield
         WHERE shield.pid = lock.pid AND shield.locktype = 'advisory' AND shield.classid = $3 AND shield.objid = $4
       )`,
    [projection, segment, ...SHIELD],
  );
  return ended.length > 0;
}
