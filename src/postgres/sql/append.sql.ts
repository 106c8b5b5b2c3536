import { RECORDED_AT } from './read.sql';

/**
 * One statement for any number of events. `base` and the rows see one snapshot; a stream that moves in between is
 * caught by `unique (stream_id, version)`. No rows come back when the stream is not at the expected version ($2).
 * The identity is drawn row by row in the order of `ord`, so positions grow with versions.
 */
export const appendSql = (events: string) => `
  WITH base AS (SELECT coalesce(max(version), 0) AS version FROM ${events} WHERE stream_id = $1)
  INSERT INTO ${events} (id, stream_id, version, type, data, metadata)
  SELECT e.id, $1, base.version + e.ord, e.type, e.data, e.metadata
  FROM base, unnest($3::uuid[], $4::text[], $5::jsonb[], $6::jsonb[])
    WITH ORDINALITY AS e (id, type, data, metadata, ord)
  WHERE $2::bigint IS NULL OR base.version = $2::bigint
  ORDER BY e.ord
  RETURNING global_position, version, ${RECORDED_AT}`;

/** The events stored under the given ids, and whether each is the one meant now. */
export const storedByIdSql = (events: string) => `
  SELECT s.id, s.version, s.global_position,
         s.stream_id = $1 AND s.type = e.type AND s.data = e.data AS same
  FROM unnest($2::uuid[], $3::text[], $4::jsonb[]) AS e (id, type, data)
  JOIN ${events} s ON s.id = e.id
  ORDER BY s.version`;

export const streamEndSql = (events: string) => `
  SELECT version, global_position FROM ${events} WHERE stream_id = $1 ORDER BY version DESC LIMIT 1`;
