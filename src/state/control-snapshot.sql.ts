import { isFarAway, isLive } from './is-live';

/** Whoever gave an order that nobody took up in this time has given it up, or is gone. */
const TAKEN_UP_WITHIN = '2 minutes';

/**
 * The one look at everything: a single statement, so that states, leases, instances and commands are of one moment.
 * @param table gives the name of one of the module's tables as the statement must write it
 */
export const controlSnapshotSql = (table: (name: string) => string): string => `SELECT
  ${rows(`SELECT projection, version, state, failure, generation, segments,
            segments_wanted AS "segmentsWanted", segmented_by AS "segmentedBy",
            segment_by_wanted AS "segmentByWanted",
            begins_after::text AS "beginsAfter", history_until::text AS "historyUntil",
            EXISTS (SELECT FROM ${table('projection_inline_marks')} m
                    WHERE m.projection = s.projection AND m.by_appends) AS "byAppends",
            EXISTS (SELECT FROM ${table('projection_checkpoints')} c
                    WHERE c.projection = s.projection AND c.halt_at IS NOT NULL) AS resegmenting
          FROM ${table('projection_states')} s`)} AS states,
  ${rows(`SELECT projection, segment, owner, epoch, ${isLive()} AS live, ${isFarAway()} AS "farAway"
          FROM ${table('projection_leases')}`)} AS leases,
  ${rows(`SELECT instance, runs FROM ${table('projection_instances')} WHERE ${isLive()}`)} AS instances,
  ${rows(`SELECT id, projection, segment, command, arguments FROM ${table('projection_commands')}
          WHERE finished_at IS NULL
            AND (progressed_at IS NOT NULL OR requested_at > clock_timestamp() - interval '${TAKEN_UP_WITHIN}')
          ORDER BY id`)} AS commands`;

/** The rows of a query as one JSON array. */
function rows(select: string): string {
  return `(SELECT coalesce(json_agg(r), '[]') FROM (${select}) r)`;
}
