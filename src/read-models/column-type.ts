import type { ClientBase, CustomTypesConfig } from 'pg';
import { typeNameSql } from '../database/type-name';

/** What PostgreSQL knows of a column, whatever the entity says of it. */
export interface ColumnType {
  /** As the table declares it. */
  readonly declared: string;
  /**
   * The type that the values are of, what a domain is made of for one: without length or precision, so that only the
   * table itself applies those.
   */
  readonly base: string;
  /** The type that values come as. */
  readonly oid: number;
  readonly isEnum: boolean;
  /** Length, or precision and scale; below 0 where the table says nothing. */
  readonly modifier: number;
  /** The default as text where it is a constant; `undefined` where there is none or only the database can tell it. */
  readonly constant: string | null | undefined;
  readonly hasDefault: boolean;
  readonly notNull: boolean;
  readonly session: SessionSettings;
}

/** Settings that change how the database reads and writes values. */
interface SessionSettings {
  /** How dates and times are written; what reads them only knows ISO. */
  readonly isIso: boolean;
  /** Whether floating-point numbers are written to the last digit. */
  readonly isExact: boolean;
  readonly intervalStyle: string;
  /** Whether a null in an array is one, and not the text of that name. */
  readonly hasArrayNulls: boolean;
}

interface TypeRow {
  readonly name: string;
  readonly base: string;
  readonly oid: number;
  readonly is_enum: boolean;
  readonly full_type: string;
  readonly modifier: number;
  readonly default: string | null;
  readonly not_null: boolean;
  readonly date_style: string;
  readonly interval_style: string;
  readonly float_digits: number;
  readonly array_nulls: boolean;
}

/** A value of a domain comes as one of the type that the domain is made of. */
const TYPES_SQL = `
  WITH RECURSIVE based AS (
    SELECT a.attnum, a.atttypid AS oid, a.atttypmod AS modifier
    FROM pg_attribute a WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT based.attnum, t.typbasetype, t.typtypmod
    FROM based JOIN pg_type t ON t.oid = based.oid WHERE t.typtype = 'd'
  )
  SELECT a.attname AS name, b.oid::int8::int4 AS oid,
         ${typeNameSql('b.oid')} AS base, t.typtype = 'e' AS is_enum,
         format_type(a.atttypid, a.atttypmod) AS full_type, b.modifier, a.attnotnull AS not_null,
         pg_get_expr(d.adbin, d.adrelid) AS default, current_setting('DateStyle') AS date_style,
         current_setting('IntervalStyle') AS interval_style, current_setting('extra_float_digits')::int4 AS float_digits,
         current_setting('array_nulls')::bool AS array_nulls
  FROM based b JOIN pg_type t ON t.oid = b.oid AND t.typtype <> 'd'
  JOIN pg_attribute a ON a.attrelid = $1::regclass AND a.attnum = b.attnum
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated = ''`;

/** A literal with any number of casts. */
const CONSTANT =
  /^(B?'(?:[^']|'')*'|-?\(?-?[\d.]+\)?|true|false|NULL)(?:::[\w ".]+(?:\([\d,]+\))?(?:\[\])?)*$/;

const AS_TEXT: CustomTypesConfig = { getTypeParser: () => String };

const DATED = new Set(['date', 'timestamp with time zone', 'timestamp without time zone']);

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
        declared: row.full_type,
        base: withoutLength(row.base),
        oid: row.oid,
        isEnum: row.is_enum,
        modifier: row.modifier,
        constant: constants.get(row.name),
        hasDefault: row.default !== null,
        notNull: row.not_null,
        session: settingsOf(row),
      },
    ]),
  );
}

/** An expression of a type as it is to be read: a date in ISO, however the session writes dates. */
export function asRead(expression: string, { base, session }: Pick<ColumnType, 'base' | 'session'>): string {
  if (session.isIso || !DATED.has(base)) return expression;
  return `replace(to_json(${expression}) #>> '{}', 'T', ' ')`;
}

function settingsOf(row: TypeRow): SessionSettings {
  return {
    isIso: row.date_style.startsWith('ISO'),
    isExact: row.float_digits > 0,
    intervalStyle: row.interval_style,
    hasArrayNulls: row.array_nulls,
  };
}

/** As PostgreSQL writes what a row would get, length and scale of its columns applied. */
async function readConstants(
  client: ClientBase,
  rows: readonly TypeRow[],
): Promise<Map<string, string | null>> {
  if (rows.length === 0) return new Map();
  // The expressions are the table's own.
  const list = rows.map((row, index) => {
    const type = { base: withoutLength(row.base), session: settingsOf(row) };
    return `${asRead(`(${row.default})::${row.full_type}`, type)} AS c${index}`;
  });
  const { rows: found } = await client.query<Record<string, string | null>>({
    text: `SELECT ${list.join()}`,
    types: AS_TEXT,
  });
  return new Map(rows.map(({ name }, index) => [name, found[0]![`c${index}`]!]));
}

/** A cast to these names means a length of one. */
function withoutLength(type: string): string {
  return type.replace(/^character(?=$|\[)/, 'bpchar').replace(/^bit(?=$|\[)/, 'bit varying');
}
