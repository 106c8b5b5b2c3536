import { ALONE, ended, type Place } from '../database/write-step';
import type { RowColumn } from './row-column';

const STAMP = 'xmin_when_read';

const namesOf = (columns: readonly RowColumn[]): string => columns.map(({ name }) => name).join(', ');

const arrayOf = ({ arrayType }: RowColumn, index: number, from: number): string =>
  `$${from + index + 1}::${arrayType}`;

const arraysOf = (columns: readonly RowColumn[], from: number): string =>
  columns.map((column, index) => arrayOf(column, index, from)).join(', ');

/**
 * Hides how many there are, and the planner takes ten for granted and the key's index for the way. Knowing of thousands,
 * it would rather read a whole table of a hundred thousand rows, in three times the time.
 */
const hidden = (array: string): string => `(SELECT ${array})`;

const hiddenArraysOf = (columns: readonly RowColumn[], from: number, ...more: readonly string[]): string =>
  [...columns.map((column, index) => arrayOf(column, index, from)), ...more].map(hidden).join(', ');

const stampsAfter = (columns: readonly RowColumn[], from: number): string =>
  `$${from + columns.length + 1}::xid[]`;

const joinOf = (keys: readonly RowColumn[], table = 't'): string =>
  keys.map((key) => `${table}.${key.name} = ${key.cast(`u.${key.name}`)}`).join(' AND ');

/** Which rows were last written by whom, so that a write since then is found: `xmin` is the transaction that did it. */
const UNCHANGED = `t.xmin = u.${STAMP}`;

const conditionsOf = (...conditions: (string | undefined)[]): string => {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length > 0 ? ` WHERE ${given.join(' AND ')}` : '';
};

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
    FROM unnest(${hiddenArraysOf(keys, 0)}) AS u (${namesOf(keys)}) JOIN ${table} t ON ${joinOf(keys)}${end}`;
}

/**
 * Rows that somebody else made meanwhile are left alone, and missing in the count.
 * @param hasArbiter whether a unique index of the key says at once which those are
 */
export function insertSql(
  table: string,
  keys: readonly RowColumn[],
  columns: readonly RowColumn[],
  hasArbiter: boolean,
  { from, after }: Place = ALONE,
): string {
  const values = columns.map((column) => column.cast(`u.${column.name}`)).join(', ');
  return `INSERT INTO ${table} (${namesOf(columns)})
    SELECT ${values} FROM unnest(${arraysOf(columns, from)}) AS u (${namesOf(columns)})${conditionsOf(after)}
    ${hasArbiter ? `ON CONFLICT (${namesOf(keys)}) DO NOTHING` : ''}`;
}

/** `columns` begin with the keys; the last parameter has the stamps. */
export function updateSql(
  table: string,
  keys: readonly RowColumn[],
  columns: readonly RowColumn[],
  { from, after }: Place = ALONE,
): string {
  const set = columns
    .filter((column) => !keys.includes(column))
    .map((column) => `${column.name} = ${column.cast(`u.${column.name}`)}`);
  // A row of nothing but its key is touched all the same, so that it counts.
  if (set.length === 0) set.push(`${keys[0]!.name} = t.${keys[0]!.name}`);
  return `UPDATE ${table} t SET ${set.join(', ')}
    FROM unnest(${hiddenArraysOf(columns, from, stampsAfter(columns, from))}) AS u (${namesOf(columns)}, ${STAMP})
    ${conditionsOf(joinOf(keys), UNCHANGED, after)}`;
}

/** The last parameter has the stamps. */
export function deleteSql(table: string, keys: readonly RowColumn[], { from, after }: Place = ALONE): string {
  return `DELETE FROM ${table} t
    USING unnest(${hiddenArraysOf(keys, from, stampsAfter(keys, from))}) AS u (${namesOf(keys)}, ${STAMP})
    ${conditionsOf(joinOf(keys), UNCHANGED, after)}`;
}

/**
 * An update that takes all rows away before it puts the first one back, so that they may take each other's unique
 * values. Parameters are those of the update.
 * @param others columns of the table that are none of `columns`, which stay as they are
 * @returns the deletion, to be called `deleted`, and the insertion
 */
export function replaceSql(
  table: string,
  keys: readonly RowColumn[],
  columns: readonly RowColumn[],
  others: readonly string[],
  deleted: string,
  { from, after }: Place = ALONE,
): [deletion: string, insertion: string] {
  const given = `unnest(${hiddenArraysOf(columns, from, stampsAfter(columns, from))}) AS u (${namesOf(columns)}, ${STAMP})`;
  const names = [...columns.map(({ name }) => name), ...others].join(', ');
  const values = [
    ...columns.map((column) => column.cast(`u.${column.name}`)),
    ...others.map((name) => `d.${name}`),
  ].join(', ');
  return [
    `DELETE FROM ${table} t USING ${given}${conditionsOf(joinOf(keys), UNCHANGED, after)} RETURNING t.*`,
    `INSERT INTO ${table} (${names}) OVERRIDING SYSTEM VALUE
    SELECT ${values} FROM ${deleted} d JOIN ${given} ON ${joinOf(keys, 'd')} WHERE ${ended(deleted)}`,
  ];
}
