import { quoted } from '../../database/identifiers';

/** A column by its name, or an SQL expression over the table's columns. */
export type ForeignColumn = string | { readonly sql: string };

/** Where somebody else's table has what an event consists of. */
export interface ForeignColumns {
  /** A `bigint` or `integer` column that a sequence fills, of which each value is given once. */
  readonly position: string;
  readonly id: ForeignColumn;
  readonly streamId: ForeignColumn;
  /** Counts 1, 2, 3 ... inside a stream. @default 0 for every event */
  readonly version?: ForeignColumn;
  readonly type: ForeignColumn;
  /** `json` or `jsonb`. */
  readonly data: ForeignColumn;
  /** As `data`. @default none */
  readonly metadata?: ForeignColumn;
  /** A `timestamptz`. */
  readonly recordedAt: ForeignColumn;
}

const sqlOf = (column: ForeignColumn): string =>
  typeof column === 'string' ? quoted(column) : `(${column.sql})`;

/**
 * The rows of a table by the names of our own columns. The server pulls a select like this up into the one around it, and so
 * the index on the positions serves as it would without. Columns are aggregated side by side, and a NULL would be left out
 * of one of them alone: none is NULL.
 */
export function selectAsOurs(columns: ForeignColumns, table: string, where?: string): string {
  const { version = { sql: '0' }, metadata = { sql: `'{}'` } } = columns;
  const ours = [
    `${quoted(columns.position)} AS global_position`,
    `coalesce(${sqlOf(columns.id)}::text, '') AS id`,
    `coalesce(${sqlOf(columns.streamId)}::text, '') AS stream_id`,
    `coalesce(${sqlOf(version)}, 0) AS version`,
    `coalesce(${sqlOf(columns.type)}::text, '') AS type`,
    `coalesce(${sqlOf(columns.data)}, 'null') AS data`,
    `coalesce(${sqlOf(metadata)}::jsonb, '{}') AS metadata`,
    `coalesce(${sqlOf(columns.recordedAt)}, 'epoch') AS recorded_at`,
  ];
  const filter = where ? ` WHERE ${where}` : '';
  return `(SELECT ${ours.join(', ')} FROM ${table}${filter}) AS ours`;
}
