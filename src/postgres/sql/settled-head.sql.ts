import { SERVER_INCARNATION } from '../../database/server-incarnation';
import type { FewEvents } from '../../events/event-source';
import {
  type EventsTable,
  isFilledSql,
  literal,
  sequenceEndSql,
  sequenceIsOrderedSql,
} from './events-table.sql';
import { aggregatedSql, COLUMNS, SIZE, TYPES } from './page-columns.sql';

/**
 * The server, the table and the file of its sequence (another one where that was restarted) that this statement sees, the
 * end of the sequence, the newest event, whether the sequence is one that positions may come from, whether the event at position $2 is still $3 (NULL where none is there), whether an event is behind $4 up to $5, how far positions behind $1 are visible without a hole (looking at most `stride` far), and the first events behind $1, as many as `few` says unless they are more bytes than that.
 * One statement, hence one snapshot: with two, an event may commit between them and be taken for a hole passed.
 * The server would plan it each time, which takes longer than all else, if it knew $1 or how many events to bring when it plans.
 */
export const lookSql = (
  table: EventsTable,
  stride: number,
  few: FewEvents | undefined,
  { events, rows, firm } = table,
) => `
  SELECT ${SERVER_INCARNATION} AS server, pg_is_in_recovery() AS recovering,
         ${literal(events)}::regclass::oid::text AS relation,
         pg_relation_filenode(${literal(table.sequence)}::regclass)::text AS file,
         row_security_active(${literal(events)}::regclass) AS hidden,
         ${sequenceEndSql(table)} AS last, newest.global_position, newest.id, ${sequenceIsOrderedSql(table)} AS ordered,
         (SELECT bool_or(id = $3) FROM ${firm} WHERE global_position = $2::bigint) AS witnessed,
         coalesce(${isFilledSql(table, '$4', '$5')}, false) AS filled, contiguous${few ? ', few.*' : ''}
  FROM (
    SELECT coalesce(max(position) FILTER (WHERE position = $1::bigint + place), $1::bigint) AS contiguous
    FROM (
      SELECT position, row_number() OVER (ORDER BY position) AS place
      FROM (
        SELECT global_position AS position FROM ${rows}
        WHERE global_position > (SELECT $1::bigint) ORDER BY global_position LIMIT ${stride}
      ) ahead
    ) numbered
  ) seen
  LEFT JOIN (SELECT global_position, id FROM ${firm} ORDER BY global_position DESC LIMIT 1) newest ON true${few ? fewSql(table, few) : ''}`;

const fewSql = ({ handled }: EventsTable, { limit, maxBytes }: FewEvents) => `
  CROSS JOIN (
    SELECT ${aggregatedSql(TYPES)}
    FROM (
      SELECT *, sum(own) OVER () AS bytes
      FROM (
        SELECT ${COLUMNS}, ${SIZE} AS own FROM ${handled}
        WHERE global_position > (SELECT $1::bigint) ORDER BY global_position LIMIT ${limit}
      ) sized
    ) first
    WHERE bytes <= ${maxBytes}
  ) few`;

/**
 * The virtual transactions that may own a position not yet visible. An INSERT takes RowExclusiveLock on the table
 * before it draws from the sequence and holds it until its rows are visible or gone; partitions ($1 is the table)
 * are locked on their own when they are written directly. Who draws from the sequence by himself locks that first, to the end
 * of his transaction. One row, and from which server, also where there are none.
 */
export const writersSql = ({ sequence, drawsApart }: EventsTable) => `
  SELECT ${SERVER_INCARNATION} AS server, pg_is_in_recovery() AS recovering, ARRAY(
  SELECT DISTINCT virtualtransaction
  FROM pg_locks
  WHERE locktype = 'relation' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND relation IN (SELECT $1::regclass::oid UNION ALL SELECT relid::oid FROM pg_partition_tree($1::regclass)${drawsApart ? ` UNION ALL SELECT ${literal(sequence)}::regclass::oid` : ''})
    AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')) AS writers`;

export const countVisibleSql = ({ rows }: EventsTable) => `
  SELECT count(*) AS visible, max(global_position) AS newest FROM ${rows} WHERE global_position > $1 AND global_position <= $2`;
