import type { RowColumn } from './row-column';

const STAMP = 'xmin_when_read';

const namesOf = (columns: readonly RowColumn[]): string => columns.map(({ name }) => name).join(', ');

const arraysOf = (columns: readonly RowColumn[]): string =>
  columns.map(({ arrayType }, index) => `$${index + 1}::${arrayType}`).join(', ');

const joinOf = (keys: readonly RowColumn[]): string =>
  keys.map((key) => `t.${key.name} = ${key.cast(`u.${key.name}`)}`).join(' AND ');

/** Which rows were last written by whom, so that a write since then is found: `xmin` is the transaction that did it. */
const UNCHANGED = `t.xmin = u.${STAMP}`;

/** By an array, or by a join that the planner can only meet with the key's index. */
export function loadSql(
  table: string,
  keys: readonly RowColumn[],
  columns: readonly RowColumn[],
  lock: boolean,
): string {
  const list = columns.map(({ name }) => `t.${name}`).join(', ');
  const end = lock ? ' FOR UPDATE OF t' : '';
  const [only] = keys;
  if (keys.length === 1 && only!.cast('u') === 'u')
    return `SELECT t.xmin::text, ${list} FROM ${table} t WHERE t.${only!.name} = ANY ($1::${only!.arrayType})${end}`;
  return `SELECT t.xmin::text, ${list}
    FROM unnest(${arraysOf(keys)}) AS u (${namesOf(keys)}) JOIN ${table} t ON ${joinOf(keys)}${end}`;
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
    FROM unnest(${arraysOf(columns)}, $${columns.length + 1}::xid[]) AS u (${namesOf(columns)}, ${STAMP})
    WHERE ${joinOf(keys)} AND ${UNCHANGED}`;
}

/** The last parameter has the stamps. */
export function deleteSql(table: string, keys: readonly RowColumn[]): string {
  return `DELETE FROM ${table} t
    USING unnest(${arraysOf(keys)}, $${keys.length + 1}::xid[]) AS u (${namesOf(keys)}, ${STAMP})
    WHERE ${joinOf(keys)} AND ${UNCHANGED}`;
}
