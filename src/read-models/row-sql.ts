import type { RowColumn } from './row-column';

const STAMP = 'xmin_when_read';

const namesOf = (columns: readonly RowColumn[]): string => columns.map(({ name }) => name).join(', ');

const arraysOf = (columns: readonly RowColumn[]): string =>
  columns.map(({ arrayType }, index) => `$${index + 1}::${arrayType}`).join(', ');

/**
 * Hides how many there are, and the planner takes ten for granted and the key's index for the way. Knowing of thousands,
 * it would rather read a whole table of a hundred thousand rows, in three times the time.
 */
const hidden = (array: string): string => `(SELECT ${array})`;

const hiddenArraysOf = (columns: readonly RowColumn[], ...more: readonly string[]): string =>
  [...columns.map(({ arrayType }, index) => `$${index + 1}::${arrayType}`), ...more].map(hidden).join(', ');

const stampsAfter = (columns: readonly RowColumn[]): string => `$${columns.length + 1}::xid[]`;

const joinOf = (keys: readonly RowColumn[]): string =>
  keys.map((key) => `t.${key.name} = ${key.cast(`u.${key.name}`)}`).join(' AND ');

/** Which rows were last written by whom, so that a write since then is found: `xmin` is the transaction that did it. */
const UNCHANGED = `t.xmin = u.${STAMP}`;

/** By an array where that can be compared with the key, as the index then is read in its order. */
export function loadSql(
  table: string,
  keys: readonly RowColumn[],
  columns: readonly RowColumn[],
  lock: boolean,
): string {
  const list = columns.map((column) => column.select(`t.${column.name}`)).join(', ');
  const end = lock ? ' FOR UPDATE OF t' : '';
  const [only] = keys;
  if (keys.length === 1 && only!.cast('u') === 'u')
    return `SELECT t.xmin::text, ${list} FROM ${table} t WHERE t.${only!.name} = ANY (${hidden(`$1::${only!.arrayType}`)}::${only!.arrayType})${end}`;
  return `SELECT t.xmin::text, ${list}
    FROM unnest(${hiddenArraysOf(keys)}) AS u (${namesOf(keys)}) JOIN ${table} t ON ${joinOf(keys)}${end}`;
}

/** Rows that somebody else made meanwhile are left alone, and missing in the count. */
export function insertSql(table: string, keys: readonly RowColumn[], columns: readonly RowColumn[]): string {
  const values = columns.map((column) => column.cast(`u.${column.name}`)).join(', ');
  return `INSERT INTO ${table} (${namesOf(columns)})
    SELECT ${values} FROM unnest(${arraysOf(columns)}) AS u (${namesOf(columns)})
    ON CONFLICT (${namesOf(keys)}) DO NOTHING`;
}

/** `columns` begin with the keys; the last parameter has the stamps. */
export function updateSql(table: string, keys: readonly RowColumn[], columns: readonly RowColumn[]): string {
  const set = columns
    .filter((column) => !keys.includes(column))
    .map((column) => `${column.name} = ${column.cast(`u.${column.name}`)}`);
  // A row of nothing but its key is touched all the same, so that it counts.
  if (set.length === 0) set.push(`${keys[0]!.name} = t.${keys[0]!.name}`);
  return `UPDATE ${table} t SET ${set.join(', ')}
    FROM unnest(${hiddenArraysOf(columns, stampsAfter(columns))}) AS u (${namesOf(columns)}, ${STAMP})
    WHERE ${joinOf(keys)} AND ${UNCHANGED}`;
}

/** The last parameter has the stamps. */
export function deleteSql(table: string, keys: readonly RowColumn[]): string {
  return `DELETE FROM ${table} t
    USING unnest(${hiddenArraysOf(keys, stampsAfter(keys))}) AS u (${namesOf(keys)}, ${STAMP})
    WHERE ${joinOf(keys)} AND ${UNCHANGED}`;
}
