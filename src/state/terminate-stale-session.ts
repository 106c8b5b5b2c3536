import type { DataSource } from 'typeorm';
import type { SegmentId } from './segment-id';
import { EXEMPTION_LOCK } from '../database/advisory-locks';
import { StaleSessionError } from './stale-session.error';

const INSUFFICIENT_PRIVILEGE = '42501';

interface Holder {
  readonly pid: number;
  readonly role: string | null;
}

/**
 * Ends the session that keeps a segment's row of `table` locked: the open transaction of an owner whose lease is over,
 * as of a process that was stopped in the middle, but not what an operator does. The locker of a row is its xmax.
 * @returns whether there was one
 * @throws StaleSessionError when the database does not allow it
 */
export async function terminateStaleSession(
  dataSource: DataSource,
  table: string,
  { projection, segment }: SegmentId,
): Promise<boolean> {
  const holders = `
    FROM ${table} held
    JOIN pg_locks lock ON lock.locktype = 'transactionid' AND lock.granted AND lock.transactionid = held.xmax
    WHERE held.projection = $1 AND held.segment = $2 AND lock.pid <> pg_backend_pid()
      AND NOT EXISTS (
        SELECT FROM pg_locks exempt
        WHERE exempt.pid = lock.pid AND exempt.locktype = 'advisory' AND exempt.classid = $3 AND exempt.objid = $4
      )`;
  const params = [projection, segment, ...EXEMPTION_LOCK];
  try {
    const ended = await dataSource.query<unknown[]>(
      `SELECT pg_terminate_backend(lock.pid) ${holders}`,
      params,
    );
    return ended.length > 0;
  } catch (error) {
    if ((error as { driverError?: { code?: string } }).driverError?.code !== INSUFFICIENT_PRIVILEGE)
      throw error;
    const [holder] = await dataSource.query<Holder[]>(
      `SELECT lock.pid, (SELECT usename FROM pg_stat_activity a WHERE a.pid = lock.pid) AS role ${holders}`,
      params,
    );
    throw new StaleSessionError(projection, segment, holder, error);
  }
}
