import type { Client } from 'pg';
import type { BenchEvent, Fold, Values } from '../models/model';

/** Loads the rows that a batch touches, folds it in memory and writes what came of it: at most three statements. */
export async function foldBatch(client: Client, fold: Fold, events: readonly BenchEvent[]): Promise<void> {
  const work: { event: BenchEvent; id: string }[] = [];
  const keys = new Map<string, readonly string[]>();
  for (const event of events) {
    const key = fold.keyOf(event);
    if (!key) continue;
    const id = key.join('\0');
    keys.set(id, key);
    work.push({ event, id });
  }
  if (work.length === 0) return;
  const rows = await load(client, fold, [...keys.values()]);
  const known = new Set(rows.keys());
  for (const { event, id } of work) {
    const row = fold.apply(event, rows.get(id));
    if (row) rows.set(id, row);
  }
  const entries = [...rows];
  await Promise.all([
    write(
      client,
      insertSql(fold),
      entries.filter(([id]) => !known.has(id)),
      fold,
    ),
    write(
      client,
      updateSql(fold),
      entries.filter(([id]) => known.has(id)),
      fold,
    ),
  ]);
}

async function load(
  client: Client,
  fold: Fold,
  keys: readonly (readonly string[])[],
): Promise<Map<string, Values>> {
  const { rows } = await client.query<Values>({
    text: loadSql(fold),
    values: keyColumns(fold).map((_, n) => keys.map((key) => key[n])),
    rowMode: 'array',
  });
  return new Map(rows.map((row) => [row.slice(0, fold.keys).join('\0'), row]));
}

async function write(
  client: Client,
  text: string,
  rows: readonly (readonly [string, Values])[],
  { columns }: Fold,
): Promise<void> {
  if (rows.length === 0) return;
  await client.query({ text, values: columns.map((_, n) => rows.map(([, row]) => row[n])) });
}

const keyColumns = ({ columns, keys }: Fold) => columns.slice(0, keys);
const unnest = (columns: Fold['columns']) => columns.map(({ type }, n) => `$${n + 1}::${type}[]`).join(', ');
const names = (columns: Fold['columns']) => columns.map(({ name }) => name).join(', ');
const sameKey = (fold: Fold) =>
  keyColumns(fold)
    .map(({ name }) => `t.${name} = u.${name}`)
    .join(' AND ');

/** As text where it is compared as text: dates must come back as they went. */
const loadSql = (fold: Fold) =>
  `SELECT ${fold.columns.map(({ name, type }) => (type === 'int' ? `t.${name}` : `t.${name}::text`)).join(', ')}
   FROM unnest(${unnest(keyColumns(fold))}) AS u (${names(keyColumns(fold))}) JOIN ${fold.table} t ON ${sameKey(fold)}`;

const insertSql = ({ table, columns }: Fold) =>
  `INSERT INTO ${table} (${names(columns)}) SELECT * FROM unnest(${unnest(columns)})`;

const updateSql = (fold: Fold) =>
  `UPDATE ${fold.table} t SET ${fold.columns
    .slice(fold.keys)
    .map(({ name }) => `${name} = u.${name}`)
    .join(', ')}
   FROM unnest(${unnest(fold.columns)}) AS u (${names(fold.columns)}) WHERE ${sameKey(fold)}`;
