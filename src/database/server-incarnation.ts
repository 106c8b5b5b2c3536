/**
 * Text that is another one in each life of the server: after a restart, a fail-over, or a crash that it recovered from by
 * itself, which leaves its start time as it was and resets its statistics. Before version 15 reading those is slow.
 */
export const SERVER_INCARNATION = `(
  extract(epoch FROM pg_postmaster_start_time())::text
  || CASE WHEN current_setting('server_version_num')::int < 150000 THEN ''
          ELSE '/' || coalesce(extract(epoch FROM pg_stat_get_bgwriter_stat_reset_time())::text, '') END)`;
