/** Several processes look at the same time: one of them writes. Backlogs that are older than a day need no such times. */
export const headTimesSql = (table: string) => `
  WITH old AS (DELETE FROM ${table} WHERE seen_at < clock_timestamp() - interval '1 day' AND position <> $1)
  INSERT INTO ${table} AS noted (position, seen_at)
  SELECT $1, clock_timestamp()
  WHERE NOT EXISTS (
    SELECT FROM ${table} WHERE position = $1 AND seen_at > clock_timestamp() - $2::int * interval '0.5 ms'
  )
  ON CONFLICT (position) DO UPDATE SET seen_at = excluded.seen_at WHERE noted.seen_at < excluded.seen_at`;
