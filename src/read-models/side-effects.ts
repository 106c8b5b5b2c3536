import type { ClientBase } from 'pg';

const SIDE_EFFECTS_SQL = `
  WITH own AS (SELECT to_regclass(name) AS oid FROM unnest($1::text[]) AS t (name)),
  parts AS (SELECT oid FROM own UNION SELECT relid FROM own, pg_partition_tree(own.oid))
  SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid IN (SELECT oid FROM parts) AND NOT tgisinternal)
      OR EXISTS (SELECT FROM pg_rewrite WHERE ev_class IN (SELECT oid FROM parts))
      OR EXISTS (
        SELECT FROM pg_constraint
        WHERE contype = 'f' AND confrelid IN (SELECT oid FROM parts) AND conrelid NOT IN (SELECT oid FROM parts)
          AND (confdeltype IN ('c', 'n', 'd') OR confupdtype IN ('c', 'n', 'd'))) AS found`;

/**
 * Whether writing to the tables can change rows in ways that only the database knows: by triggers, rules, or foreign keys of
 * tables beside them.
 * @param tables qualified and quoted
 */
export async function haveSideEffects(client: ClientBase, tables: readonly string[]): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(SIDE_EFFECTS_SQL, [tables]);
  return rows[0]!.found;
}
