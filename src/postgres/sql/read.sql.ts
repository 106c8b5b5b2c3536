import { SERVER_INCARNATION } from '../../database/server-incarnation';
import { momentSql } from './moment.sql';
import { type EventsTable, isFilledSql, literal, sequenceEndSql } from './events-table.sql';
import { aggregatedSql, COLUMNS, SIZE, TYPES } from './page-columns.sql';

export const RECORDED_AT = `${momentSql('recorded_at')} AS recorded_at`;

/** Each event as `readCutPageSql` gives it. */
export const readStreamSql = (events: string) => `
  SELECT NULL, NULL, global_position, id, stream_id, version, type, data, NULLIF(metadata, '{}') AS metadata, ${RECORDED_AT}
  FROM ${events}
  WHERE stream_id = $1 AND version >= $2
  ORDER BY version
  LIMIT $3`;

/**
 * Whether this snapshot has all that the settled head ($2) was found in: $5 server, $6 table, $7 and $8 its newest event; and
 * nothing behind $9 up to $10, where nothing could come any more.
 */
const guardSql = (table: EventsTable) => `CASE
  WHEN pg_is_in_recovery() THEN 'recovering'
  WHEN row_security_active(${literal(table.events)}::regclass) THEN 'hidden'
  WHEN ${SERVER_INCARNATION} <> $5::text THEN 'server'
  WHEN ${literal(table.events)}::regclass::oid::text <> $6::text THEN 'relation'
  WHEN coalesce(${sequenceEndSql(table)}, 0) < $2::bigint THEN 'end'
  WHEN $7::bigint IS NOT NULL
    AND NOT EXISTS (SELECT FROM ${table.firm} WHERE global_position = $7::bigint AND id = $8::${table.idType}) THEN 'witness'
  WHEN ${isFilledSql(table, '$9', '$10')} THEN 'filled'
  ELSE 'complete' END`;

/** Walks the primary key; a filter on the type ($11) never changes that, so a page costs what it passes over. */
const picked = (columns: string, rows: string, filtered: boolean) => `
    SELECT ${columns} FROM ${rows}
    WHERE global_position > $1 AND global_position <= $2 ${filtered ? 'AND type = ANY ($11)' : ''}
    ORDER BY global_position
    LIMIT $3`;

/** Where they are asked for by an array, as places in it: a text each costs the reader more. */
const typesSql = (filtered: boolean) =>
  filtered ? `string_agg(array_position($11::text[], type)::text, ',')` : TYPES;

/** The last event of any type in the range of a page, as JSON; NULL where there is none. */
const witnessSql = (rows: string) => `(
    SELECT json_build_array(global_position::text, id) FROM ${rows}
    WHERE global_position > $1 AND global_position <= $2 ORDER BY global_position DESC LIMIT 1)`;

/** A page column by column; NULLs where there are no events, or where they are more than $4 bytes. */
export const readPageSql = (table: EventsTable, filtered: boolean, { handled: rows } = table) => `
  WITH size AS (SELECT coalesce(sum(own), 0) AS bytes FROM (${picked(`${SIZE} AS own`, rows, filtered)}) sized)
  SELECT ${guardSql(table)} AS state, ${witnessSql(rows)} AS witness, (SELECT bytes <= $4 FROM size) AS fits, ${aggregatedSql(typesSql(filtered))}
  FROM (${picked(COLUMNS, rows, filtered)}) page
  WHERE (SELECT bytes <= $4 FROM size)`;

/** The same row by row, and no further than the event that makes it $4 bytes. */
export const readCutPageSql = (table: EventsTable, filtered: boolean, { handled: rows } = table) => `
  SELECT state, witness, global_position, id, stream_id, version, type, data, NULLIF(metadata, '{}') AS metadata,
         ${RECORDED_AT}
  FROM (SELECT ${guardSql(table)} AS state, ${witnessSql(rows)} AS witness) guard LEFT JOIN (
    SELECT *, sum(own) OVER (ORDER BY global_position ROWS UNBOUNDED PRECEDING) AS bytes
    FROM (${picked(`${COLUMNS}, ${SIZE} AS own`, rows, filtered)}) sized
  ) page ON bytes - own < $4
  ORDER BY global_position`;

/** Where the first event of a page stands, without reading it. */
export const firstPositionSql = ({ handled }: EventsTable) => `
  SELECT min(global_position) FROM ${handled}
  WHERE global_position > $1 AND global_position <= $2 AND ($3::text[] IS NULL OR type = ANY ($3))`;

/** A block of 8 KiB has room for no more rows. */
const MOST_IN_BLOCK = 291;

/** How many events there can be in the blocks that the table has; NULL where those are in its partitions. */
const roomSql = (events: string) => `(
    SELECT pg_relation_size(oid) / 8192 * ${MOST_IN_BLOCK} FROM pg_class
    WHERE oid = ${literal(events)}::regclass AND relkind = 'r')`;

/**
 * Counts up to $4 events, beyond which they are no more than positions, and than the table has room for; and for how
 * long the oldest has waited by the clock of the database: since it was recorded, but not since before the store was last
 * seen to end before it, where somebody notes that.
 */
export const backlogSql = ({ events, handled }: EventsTable, headTimes: string | undefined) => `
  SELECT CASE WHEN events < $4 THEN events
         ELSE greatest(events, least($2::bigint - $1::bigint, ${roomSql(events)})) END::float8 AS events,
         coalesce(greatest(extract(epoch FROM clock_timestamp() - greatest(
           recorded_at, ${seenBeforeSql(headTimes)}
         )), 0), 0)::float8 AS seconds
  FROM (
    SELECT count(*)::int AS events, min(recorded_at) AS recorded_at, min(global_position) AS first
    FROM (
      SELECT recorded_at, global_position FROM ${handled}
      WHERE global_position > $1 AND global_position <= $2 AND ($3::text[] IS NULL OR type = ANY ($3))
      ORDER BY global_position
      LIMIT $4
    ) waiting
  ) counted`;

const seenBeforeSql = (headTimes: string | undefined) =>
  headTimes === undefined ? 'NULL' : `(SELECT max(seen_at) FROM ${headTimes} WHERE position < first)`;

/** Times need not grow with positions, as where events were imported, and have no index: this reads the whole table. */
export const positionBeforeSql = ({ handled }: EventsTable) => `
  SELECT min(global_position) - 1 AS position, $1::timestamptz > clock_timestamp() AS "isToCome"
  FROM ${handled} WHERE recorded_at >= $1 AND global_position <= $2`;

/** The last position that the transaction sees. */
export const lastSql = (events: string) =>
  `SELECT coalesce(max(global_position), 0)::text AS last FROM ${events}`;

/**
 * The last position of a type of $2 behind $1, and whether all before it is there, looking at less than $3 events. One
 * statement, hence one snapshot.
 */
export const lastOfTypesSql = (events: string) => `
  WITH beyond AS (
    SELECT global_position AS position, type FROM ${events}
    WHERE global_position > $1::bigint ORDER BY global_position LIMIT $3
  ), handled AS (
    SELECT coalesce(max(position), $1::bigint) AS last FROM beyond WHERE $2::text[] IS NULL OR type = ANY ($2)
  )
  SELECT last::text AS last,
         (SELECT count(*) < $3 AND count(*) FILTER (WHERE position <= last) = last - $1::bigint FROM beyond) AS whole
  FROM handled`;
