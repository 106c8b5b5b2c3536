import type { ClientBase, CustomTypesConfig } from 'pg';

/** What PostgreSQL knows of a column, whatever the entity says of it. */
export interface ColumnType {
  /** For casts: without length or precision, so that only the table itself applies those. */
  readonly name: string;
  readonly oid: number;
  /** Length, or precision and scale; below 0 where the table says nothing. */
  readonly modifier: number;
  /** The default as text where it is a constant; `undefined` where there is none or only the database can tell it. */
  readonly constant: string | null | undefined;
  readonly hasDefault: boolean;
  readonly notNull: boolean;
}

interface TypeRow {
  readonly name: string;
  readonly type: string;
  readonly oid: number;
  readonly full_type: string;
  readonly modifier: number;
  readonly default: string | null;
  readonly not_null: boolean;
}

const TYPES_SQL = `
  SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, a.atttypid::int8::int4 AS oid,
         format_type(a.atttypid, a.atttypmod) AS full_type, a.atttypmod AS modifier, a.attnotnull AS not_null, pg_get_expr(d.adbin, d.adrelid) AS default
  FROM pg_attribute a
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated = ''
  WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped`;

/** A literal with any number of casts. */
const CONSTANT =
  /^(B?'(?:[^']|'')*'|-?\(?-?[\d.]+\)?|true|false|NULL)(?:::[\w ".]+(?:\([\d,]+\))?(?:\[\])?)*$/;

const AS_TEXT: CustomTypesConfig = { getTypeParser: () => String };

/** @param table qualified and quoted */
export async function readColumnTypes(client: ClientBase, table: string): Promise<Map<string, ColumnType>> {
  const { rows } = await client.query<TypeRow>(TYPES_SQL, [table]);
  const constants = await readConstants(
    client,
    rows.filter((row) => row.default !== null && CONSTANT.test(row.default)),
  );
  return new Map(
    rows.map((row) => [
      row.name,
      {
        name: withoutLength(row.type),
        oid: row.oid,
        modifier: row.modifier,
        constant: constants.get(row.name),
        hasDefault: row.default !== null,
        notNull: row.not_null,
      },
    ]),
  );
}

/** As PostgreSQL writes what a row would get, length and scale of its columns applied. */
async function readConstants(
  client: ClientBase,
  rows: readonly TypeRow[],
): Promise<Map<string, string | null>> {
  if (rows.length === 0) return new Map();
  // The expressions are the table's own.
  const list = rows.map((row, index) => `(${row.default})::${row.full_type} AS c${index}`).join();
  const { rows: found } = await client.query<Record<string, string | null>>({
    text: `SELECT ${list}`,
    types: AS_TEXT,
  });
  return new Map(rows.map(({ name }, index) => [name, found[0]![`c${index}`]!]));
}

/** A cast to these names means a length of one. */
function withoutLength(type: string): string {
  return type.replace(/^character(?=$|\[)/, 'bpchar').replace(/^bit(?=$|\[)/, 'bit varying');
}
