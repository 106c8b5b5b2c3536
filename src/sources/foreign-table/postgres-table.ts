import type { DataSource } from 'typeorm';
import { checkArgument, checkOptions } from '../../authoring/argument-checks';
import { type Check, membersOf, show } from '../../authoring/option-checks';
import { quoted, quotedPath } from '../../database/identifiers';
import type { EventSource } from '../../events/event-source';
import type { ForeignColumns } from './foreign-columns';
import { ForeignTableSource } from './foreign-table.source';

/** Where a table of events is. */
export interface ForeignPlace {
  /** A TypeORM data source on PostgreSQL, or its name as `TypeOrmModule` knows it. @default the one without a name */
  readonly dataSource?: DataSource | string;
  /** The schema of the table. @default what the search_path of the connection says */
  readonly schema?: string;
}

/** Which table holds the events, and how. */
export interface PostgresTableOptions extends ForeignPlace {
  /** The name of the table, without its schema. */
  readonly table: string;
  /** Where each part of an event is. */
  readonly columns: ForeignColumns;
  /** The sequence that fills `columns.position`, in the same schema. @default the one that the column belongs to or draws from */
  readonly sequence?: string;
  /** An SQL condition for rows that are events: others are passed over. @default all */
  readonly where?: string;
  /** The channel on which whoever writes calls NOTIFY. @default none: new events are found by polling */
  readonly channel?: string;
}

const name: Check = (value) =>
  typeof value === 'string' && value !== '' ? undefined : `must be a name, not ${show(value)}`;

const column: Check = (value) =>
  typeof value === 'object' && value !== null ? membersOf({ sql: name })(value) : name(value);

const COLUMNS = {
  position: name,
  id: column,
  streamId: column,
  version: column,
  type: column,
  data: column,
  metadata: column,
  recordedAt: column,
} satisfies Record<keyof ForeignColumns, Check>;

const NEEDED = [
  'position',
  'id',
  'streamId',
  'type',
  'data',
  'recordedAt',
] satisfies (keyof ForeignColumns)[];

const allColumns: Check = (value) => {
  const problem = membersOf(COLUMNS)(value);
  if (problem) return problem;
  const missing = NEEDED.find((one) => (value as ForeignColumns)[one] === undefined);
  return missing && `must say where ${missing} is`;
};

const place: Check = (value) => (typeof value === 'object' && value !== null ? undefined : name(value));

const OPTIONS = {
  dataSource: place,
  schema: name,
  table: name,
  columns: allColumns,
  sequence: name,
  where: name,
  channel: name,
} satisfies Record<keyof PostgresTableOptions, Check>;

/**
 * A source that reads events from a table of another system, in this database or another one. It makes nothing there
 * and writes nothing. When the application starts, the source throws `UnsuitableTableError`, `UnsafeSequenceError`,
 * `SequenceNotReadableError` or `UnknownDataSourceError`.
 *
 * @throws InvalidArgumentError when an option cannot be right
 *
 * @example
 * ```ts
 * ProjectionModule.forRoot({
 *   sources: {
 *     legacy: postgresTable({
 *       dataSource: 'legacy',
 *       table: 'domain_events',
 *       columns: {
 *         position: 'seq',
 *         id: 'event_id',
 *         streamId: 'aggregate_id',
 *         version: 'version',
 *         type: 'name',
 *         data: 'payload',
 *         recordedAt: 'created_at',
 *       },
 *     }),
 *   },
 * });
 * ```
 *
 * @publicApi
 */
export function postgresTable(options: PostgresTableOptions): EventSource {
  return sourceOf('postgresTable', options);
}

/**
 * @param call who asks for it
 * @param fillers a condition for rows that are no events, and come to positions that were passed
 */
export function sourceOf(call: string, options: PostgresTableOptions, fillers?: string): EventSource {
  checkOptions(call, options, OPTIONS);
  checkArgument(call, 'table', options.table, name);
  checkArgument(call, 'columns', options.columns, allColumns);
  const { dataSource, schema, table, columns, sequence, where, channel } = options;
  const placed = (path: string) => (schema === undefined ? '' : `${quoted(schema)}.`) + quotedPath(path);
  return new ForeignTableSource({
    dataSource,
    table: placed(table),
    columns,
    sequence: sequence === undefined ? undefined : placed(sequence),
    where,
    fillers,
    channel,
  });
}
