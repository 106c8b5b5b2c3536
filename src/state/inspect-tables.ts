import type { DataSource, EntityManager } from 'typeorm';
import { typeNameSql } from '../database/type-name';
import { ForeignTableError } from './foreign-table.error';
import type { ModuleTable } from './module-tables';
import { optionOf, tableName } from './table-name';

/** A table that is there. */
export interface FoundTable {
  /** Ordinary or partitioned; a view or a foreign table is neither. */
  readonly holdsRows: boolean;
  /** By name, with their types. */
  readonly columns: Readonly<Record<string, string>>;
  /** Columns that a row cannot do without and that have no default. */
  readonly demanded: readonly string[];
}

interface Row {
  readonly name: string;
  readonly kind: string | null;
  readonly columns: Record<string, string> | null;
  readonly demanded: string[] | null;
}

const TABLES_SQL = `
  SELECT t.name, c.relkind AS kind, a.columns, a.demanded
  FROM unnest($1::text[]) AS t (name)
  LEFT JOIN pg_class c ON c.oid = to_regclass(t.name)
  LEFT JOIN LATERAL (
    SELECT json_object_agg(attname, ${typeNameSql('atttypid')}) AS columns,
           json_agg(attname) FILTER (WHERE attnotnull AND NOT atthasdef AND attidentity = '') AS demanded
    FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
  ) a ON true`;

/** What stands under the names of the module's tables; nothing for a name that is free. */
export async function findTables(
  dataSource: DataSource,
  manager: EntityManager,
  tables: readonly string[],
): Promise<ReadonlyMap<string, FoundTable>> {
  const names = tables.map((table) => tableName(dataSource, table));
  const rows = await manager.query<Row[]>(TABLES_SQL, [names]);
  const found = new Map<string, FoundTable>();
  for (const { name, kind, columns, demanded } of rows)
    if (kind !== null)
      found.set(tables[names.indexOf(name)]!, {
        holdsRows: kind === 'r' || kind === 'p',
        columns: columns ?? {},
        demanded: demanded ?? [],
      });
  return found;
}

/** @throws ForeignTableError where the table is somebody else's */
export function checkOwn(
  dataSource: DataSource,
  table: string,
  { holdsRows, columns, demanded }: FoundTable,
  expected: ModuleTable,
): void {
  const problem = () => {
    if (!holdsRows) return 'it is no table';
    const misfits = Object.entries(expected.columns).filter(
      ([name, types]) => !types.includes(columns[name] ?? ''),
    );
    if (misfits.length > 0)
      return `it has no column ${misfits.map(([name, [type]]) => `${name} ${type}`).join(', ')}`;
    // The module knows nothing of further columns, and its rows would be refused.
    const foreign =
      table === 'events' ? demanded.filter((name) => !Object.hasOwn(expected.columns, name)) : [];
    return foreign.length > 0 ? `it demands values for ${foreign.join(', ')}` : undefined;
  };
  const found = problem();
  if (found) throw new ForeignTableError(tableName(dataSource, table), optionOf(table), found);
}
