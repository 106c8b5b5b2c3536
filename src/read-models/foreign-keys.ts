import type { ClientBase } from 'pg';

/** What happens to a row when the one that it refers to goes. */
export type DeleteAction = 'nothing' | 'cascade' | 'set null' | 'set default';

/** A reference between two tables of a projection, as the database has it. */
export interface ForeignKey {
  /** The tables, by their place in the list that was asked for. */
  readonly child: number;
  readonly parent: number;
  readonly columns: readonly string[];
  readonly referenced: readonly string[];
  readonly onDelete: DeleteAction;
  /** Which columns are set on a deletion. */
  readonly set: readonly string[];
  /** Whether rows change when what they refer to does. */
  readonly followsUpdates: boolean;
}

interface Row {
  readonly child: number;
  readonly parent: number;
  readonly columns: string[];
  readonly referenced: string[];
  readonly on_delete: string;
  readonly set_columns: string[];
  readonly on_update: string;
}

const namesOf = (table: string, numbers: string): string => `ARRAY(
    SELECT a.attname::text FROM unnest(${numbers}) WITH ORDINALITY AS n (number, at)
    JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = n.number ORDER BY n.at)`;

/** The columns of SET NULL can be told since PostgreSQL 15. */
const FOREIGN_KEYS_SQL = `
  WITH own AS (SELECT to_regclass(name) AS oid, at - 1 AS at FROM unnest($1::text[]) WITH ORDINALITY AS t (name, at))
  SELECT child.at::int AS child, parent.at::int AS parent, ${namesOf('c.conrelid', 'c.conkey')} AS columns,
         ${namesOf('c.confrelid', 'c.confkey')} AS referenced, c.confdeltype::text AS on_delete,
         ${namesOf(
           'c.conrelid',
           `ARRAY(SELECT jsonb_array_elements_text(nullif(to_jsonb(c)->'confdelsetcols', 'null'))::int2)`,
         )} AS set_columns, c.confupdtype::text AS on_update
  FROM pg_constraint c JOIN own child ON child.oid = c.conrelid JOIN own parent ON parent.oid = c.confrelid
  WHERE c.contype = 'f' AND c.conparentid = 0
  ORDER BY c.conname`;

const ACTIONS: Readonly<Record<string, DeleteAction>> = { c: 'cascade', n: 'set null', d: 'set default' };

/** @param tables qualified and quoted */
export async function readForeignKeys(client: ClientBase, tables: readonly string[]): Promise<ForeignKey[]> {
  const { rows } = await client.query<Row>(FOREIGN_KEYS_SQL, [tables]);
  return rows.map((row) => ({
    child: row.child,
    parent: row.parent,
    columns: row.columns,
    referenced: row.referenced,
    onDelete: ACTIONS[row.on_delete] ?? 'nothing',
    set: row.set_columns.length > 0 ? row.set_columns : row.columns,
    followsUpdates: row.on_update in ACTIONS,
  }));
}
