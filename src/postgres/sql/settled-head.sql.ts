/**
 * The end of the sequence, and how far positions behind $1 are visible without a hole (looking at most $2 far).
 * One statement, hence one snapshot: with two, an event may commit between them and be taken for a hole passed.
 */
export const contiguousSql = (events: string, sequence: string) => `
  SELECT (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ${sequence}) AS last,
         coalesce(max(position) FILTER (WHERE position = $1::bigint + place), $1::bigint) AS contiguous
  FROM (
    SELECT position, row_number() OVER (ORDER BY position) AS place
    FROM (
      SELECT global_position AS position FROM ${events}
      WHERE global_position > $1::bigint ORDER BY global_position LIMIT $2
    ) ahead
  ) numbered`;

/**
 * The virtual transactions that may own a position not yet visible. An INSERT takes RowExclusiveLock on the table
 * before it draws from the sequence and holds it until its rows are visible or gone; partitions ($1 is the table)
 * are locked on their own when they are written directly.
 */
export const WRITERS_SQL = `
  SELECT DISTINCT virtualtransaction AS writer
  FROM pg_locks
  WHERE locktype = 'relation' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND relation IN (SELECT $1::regclass::oid UNION ALL SELECT relid::oid FROM pg_partition_tree($1::regclass))
    AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`;

export const countVisibleSql = (events: string) => `
  SELECT count(*) AS visible FROM ${events} WHERE global_position > $1 AND global_position <= $2`;

/** The sequence behind the identity of $1, and how many values a connection draws from it at once. */
export const SEQUENCE_SQL = `
  SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, s.seqcache::text AS cache
  FROM pg_sequence s
  JOIN pg_class c ON c.oid = s.seqrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE s.seqrelid = pg_get_serial_sequence($1, 'global_position')::regclass`;
