import type { ClientBase } from 'pg';
import { AS_WRITTEN } from '../database/as-written';
import type { RowColumn } from './row-column';

/** Values of a row that were given as texts. */
export type CellTexts = ReadonlyMap<RowColumn, string>;

/**
 * What the database makes of values, all at once: it reads each as if the column had got it, where a cast would cut off
 * what is too long, and writes it as a reload would get it.
 */
export async function storedTexts(
  client: ClientBase,
  rows: readonly CellTexts[],
): Promise<ReadonlyMap<RowColumn, string | null>[]> {
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const declared = columns.map((column, at) => `c${at} ${column.declaredType}`);
  const list = columns.map((column, at) => column.select(`c${at}`));
  const { rows: found } = await client.query<(string | null)[]>({
    text: `SELECT ${list.join(', ')} FROM json_to_recordset($1::json) AS given (at int4, ${declared.join(', ')}) ORDER BY at`,
    values: [`[${rows.map((row, at) => objectText(columns, row, at)).join()}]`],
    rowMode: 'array',
    types: AS_WRITTEN,
  });
  return rows.map((row, at) => {
    const entries = columns.map((column, index) => [column, found[at]![index]!] as const);
    return new Map(entries.filter(([column]) => row.has(column)));
  });
}

function objectText(columns: readonly RowColumn[], row: CellTexts, at: number): string {
  const parts = columns.flatMap((column, index) => {
    const text = row.get(column);
    return text === undefined ? [] : [`"c${index}":${column.isJson ? text : JSON.stringify(text)}`];
  });
  return `{${[`"at":${at}`, ...parts].join()}}`;
}
