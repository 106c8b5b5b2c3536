import { RECORDED_AT } from './read.sql';

/** Begins what the statement of an append fails with where the database did not store it as it was given. */
export const ALTERED = 'altered append ';

/** Begins what it fails with where appends apply the events of inline projections that this instance does not provide. */
export const LEFT_OUT = 'left out ';

/**
 * One statement for any number of events. `base` and the rows see one snapshot; a stream that moves in between is
 * caught by `unique (stream_id, version)`. Only `base` comes back when the stream is not at the expected version ($2).
 * The identity is drawn row by row in the order of `ord`, so positions grow with versions.
 *
 * A trigger may drop or change rows. By the time a client could see that, the statement would be committed: so the
 * statement itself fails, by a cast, with a text that says which rows they are. A trigger that drops all of them has
 * done no harm, and one that changes data and metadata may.
 *
 * Nor may it pass over an inline projection that this instance does not provide ($7 are those that it does), as while
 * code is rolled out that has one. FOR SHARE is for the lock on the table alone, which is taken before the snapshot: a
 * hand-over waits for it, and so no append decides by a mark that has changed since. A row is locked only where that
 * makes the statement fail, or where a snapshot may be older than the mark, which is then a serialization failure.
 * @param marks the qualified name of the table that says which projections appends keep current
 * @param payload whether to give what was stored as data and metadata
 */
export const appendSql = (events: string, marks: string, payload: boolean) => `
  WITH base AS (SELECT coalesce(max(version), 0) AS version FROM ${events} WHERE stream_id = $1),
  absent AS (
    SELECT projection, by_appends FROM ${marks}
    WHERE projection <> ALL ($7::text[])
      AND (by_appends OR current_setting('transaction_isolation') NOT LIKE 'read%')
    FOR SHARE
  ),
  stored AS (
    INSERT INTO ${events} (id, stream_id, version, type, data, metadata)
    SELECT e.id, $1, base.version + e.ord, e.type, e.data, e.metadata
    FROM base, unnest($3::uuid[], $4::text[], $5::jsonb[], $6::jsonb[])
      WITH ORDINALITY AS e (id, type, data, metadata, ord)
    WHERE ($2::bigint IS NULL OR base.version = $2::bigint) AND (
      SELECT CASE WHEN count(*) = 0 THEN true ELSE ('${LEFT_OUT}' || json_agg(projection))::boolean END
      FROM absent WHERE by_appends
    )
    ORDER BY e.ord
    RETURNING global_position, version, ${RECORDED_AT}, id, type, stream_id = $1 AS here${payload ? ', data, metadata' : ''}
  )
  SELECT base.version, stored.version, stored.global_position, stored.recorded_at${payload ? ', stored.data, stored.metadata' : ''}
  FROM base LEFT JOIN stored ON true
  WHERE (
    SELECT CASE
      WHEN count(*) = 0
        OR array_agg(id ORDER BY version) = $3::uuid[] AND array_agg(type ORDER BY version) = $4::text[]
          AND min(version) = (SELECT version + 1 FROM base) AND max(version) - min(version) = count(*) - 1
          AND bool_and(here) THEN true
      ELSE (
        SELECT '${ALTERED}' || json_build_object(
          'missing', coalesce(json_agg(given.ord) FILTER (WHERE found.id IS NULL), '[]'),
          'changed', coalesce(json_agg(given.ord) FILTER (
            WHERE found.type <> given.type OR found.version <> base.version + given.ord OR NOT found.here
          ), '[]')
        )
        FROM base CROSS JOIN unnest($3::uuid[], $4::text[]) WITH ORDINALITY AS given (id, type, ord)
        LEFT JOIN stored found ON found.id = given.id
      )::boolean
    END
    FROM stored
  )
  ORDER BY stored.version`;

/** The events stored under the given ids, and whether each is the one meant now; data count unless $5. */
export const storedByIdSql = (events: string) => `
  SELECT s.id, s.version::text, s.global_position::text,
         s.stream_id = $1 AND s.type = e.type AND ($5 OR s.data = e.data) AS same
  FROM unnest($2::uuid[], $3::text[], $4::jsonb[]) AS e (id, type, data)
  JOIN ${events} s ON s.id = e.id
  ORDER BY s.version`;

export const streamEndSql = (events: string) => `
  SELECT version::text, global_position::text FROM ${events} e WHERE stream_id = $1
  ORDER BY e.version DESC LIMIT 1`;

/** Whether the table $2 in the schema $1 is the events table ($3) or one of its partitions. */
export const IS_EVENTS_SQL = `
  SELECT EXISTS (
    SELECT FROM pg_partition_tree($3::regclass) WHERE relid = to_regclass(format('%I.%I', $1::text, $2::text))
  ) AS own`;
