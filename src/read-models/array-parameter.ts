/** Types whose elements stand in an array parameter as they are; others go as text, and are cast one by one. */
const ARRAY_ELEMENTS = new Set([
  'text',
  'character varying',
  'bpchar',
  'uuid',
  'boolean',
  'date',
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'real',
  'double precision',
  'timestamp with time zone',
  'timestamp without time zone',
  'jsonb',
  'json',
]);

/** The type of an array parameter with values of a column of type `base`. */
export function arrayTypeOf(base: string): string {
  return ARRAY_ELEMENTS.has(base) ? `${base}[]` : 'text[]';
}

/** An element of such a parameter as a value of the column. */
export function elementAs(base: string, element: string): string {
  return ARRAY_ELEMENTS.has(base) ? element : `${element}::${base}`;
}
