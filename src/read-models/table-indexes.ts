import type { ClientBase } from 'pg';

/** An index that keeps two rows from having the same values. */
export interface UniqueIndex {
  readonly columns: readonly string[];
  /** Whether it is about the values of its columns, and not about an expression of them or about some rows only. */
  readonly isExact: boolean;
  readonly nullsAreEqual: boolean;
}

export interface TableIndexes {
  /** Those checked at once, row by row. */
  readonly unique: readonly UniqueIndex[];
  /** Whether rows may be taken away and put back without anything happening to rows that refer to them. */
  readonly mayReplace: boolean;
  /** Columns that have values of their own, by the names in the database. */
  readonly stored: readonly string[];
}

interface Row {
  readonly unique: readonly { columns: string[]; exact: boolean; nulls_equal: boolean }[] | null;
  readonly may_replace: boolean;
  readonly stored: string[];
}

/** An index on an expression depends on its columns; one behind a constraint by way of that. */
const INDEXES_SQL = `
  SELECT
    (SELECT json_agg(json_build_object('columns', columns, 'exact', exact, 'nulls_equal', nulls_equal))
     FROM (
       SELECT i.indexprs IS NULL AND i.indpred IS NULL AND NOT i.indisexclusion AS exact,
              coalesce(to_jsonb(i)->>'indnullsnotdistinct', 'false')::bool AS nulls_equal,
              ARRAY(
                SELECT a.attname::text FROM pg_attribute a
                WHERE a.attrelid = i.indrelid AND a.attnum > 0 AND (
                  a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]) OR EXISTS (
                    SELECT FROM pg_depend d
                    WHERE (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL) AND d.classid = 'pg_class'::regclass
                      AND d.objid = i.indexrelid AND d.refclassid = 'pg_class'::regclass
                      AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum)
                )
                ORDER BY a.attnum
              ) AS columns
       FROM pg_index i
       WHERE i.indrelid = $1::regclass AND (i.indisunique OR i.indisexclusion) AND i.indimmediate AND i.indislive
     ) indexes) AS unique,
    NOT EXISTS (
      SELECT FROM pg_constraint c
      WHERE c.contype = 'f' AND c.confrelid = $1::regclass AND c.confdeltype <> 'a'
    ) AS may_replace,
    ARRAY(
      SELECT a.attname::text FROM pg_attribute a
      WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum
    ) AS stored`;

/** @param table qualified and quoted */
export async function readTableIndexes(client: ClientBase, table: string): Promise<TableIndexes> {
  const { rows } = await client.query<Row>(INDEXES_SQL, [table]);
  const { unique, may_replace, stored } = rows[0]!;
  return {
    unique: (unique ?? []).map(({ columns, exact, nulls_equal }) => ({
      columns,
      isExact: exact,
      nullsAreEqual: nulls_equal,
    })),
    mayReplace: may_replace,
    stored,
  };
}
