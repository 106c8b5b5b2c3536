const COLUMNS = 'global_position, id, stream_id, version, type, data, metadata, recorded_at';

export const readStreamSql = (events: string) => `
  SELECT ${COLUMNS} FROM ${events}
  WHERE stream_id = $1 AND version >= $2
  ORDER BY version
  LIMIT $3`;

/**
 * Walks the primary key; a filter on the type ($5) never changes that, so a page costs what it passes over. Ends with
 * the event that makes it $4 bytes; only payloads that are stored compressed are unpacked to find out. What is the same
 * for most rows is left out, for every value costs the reader.
 */
export const readPageSql = (events: string, filtered: boolean) => `
  SELECT global_position, id, stream_id, version, type, data, NULLIF(metadata, '{}') AS metadata, recorded_at,
         CASE WHEN bytes >= $4 THEN true END AS is_full
  FROM (
    SELECT *, sum(own) OVER (ORDER BY global_position ROWS UNBOUNDED PRECEDING) AS bytes
    FROM (
      SELECT ${COLUMNS},
             CASE WHEN pg_column_compression(data) IS NULL THEN pg_column_size(data)
                  ELSE octet_length(data::text) END AS own
      FROM ${events}
      WHERE global_position > $1 AND global_position <= $2 ${filtered ? 'AND type = ANY ($5)' : ''}
      ORDER BY global_position
      LIMIT $3
    ) picked
  ) page
  WHERE bytes - own < $4
  ORDER BY global_position`;

/** Counts at most $4 events, and takes the age of the oldest by the clock of the database. */
export const backlogSql = (events: string) => `
  SELECT count(*)::int AS events,
         coalesce(greatest(extract(epoch FROM clock_timestamp() - min(recorded_at)), 0), 0)::float8 AS seconds
  FROM (
    SELECT recorded_at FROM ${events}
    WHERE global_position > $1 AND global_position <= $2 AND ($3::text[] IS NULL OR type = ANY ($3))
    ORDER BY global_position
    LIMIT $4
  ) waiting`;
