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

const columnOf = (table: string | undefined, column: string): string =>
  table ? `${table}.${column}` : column;
