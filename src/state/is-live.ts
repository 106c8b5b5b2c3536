/**
 * SQL: whether a lease, or an instance, has not expired. An expiry further away than the lease was given for is no
 * promise of anybody: the clock of the database went back since.
 */
export const isLive = (table?: string): string => {
  const expiresAt = columnOf(table, 'expires_at');
  return `(${expiresAt} > clock_timestamp() AND NOT ${isFarAway(table)})`;
};

/** SQL: whether the expiry is further away than the lease was given for. */
export const isFarAway = (table?: string): string => {
  const leaseMs = columnOf(table, 'lease_ms');
  return `coalesce(${columnOf(table, 'expires_at')} > clock_timestamp() + ${leaseMs} * interval '1 ms', false)`;
};

/**
 * SQL: what an UPDATE sets to end a lease now, so that it is known since when nobody has held it. It has been given for
 * no time, so that no expiry in the future, as after the clock of the database went back, keeps others from it.
 */
export const releasedNow = 'expires_at = least(expires_at, clock_timestamp()), lease_ms = 0';

const columnOf = (table: string | undefined, column: string): string =>
  table ? `${table}.${column}` : column;
