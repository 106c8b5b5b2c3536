import type { DataSource, EntityManager } from 'typeorm';
import { checkOwn, findTables } from './inspect-tables';
import { MissingTablesError } from './missing-tables.error';
import { MODULE_TABLES } from './module-tables';
import { OutdatedTablesError } from './outdated-tables.error';
import { tableName } from './table-name';

/**
 * @param recordedIn the list that says that the tables were made, where there is one
 * @throws MissingTablesError, OutdatedTablesError, ForeignTableError
 */
export async function checkTables(
  dataSource: DataSource,
  manager: EntityManager = dataSource.manager,
  recordedIn?: string,
): Promise<void> {
  const found = await findTables(dataSource, manager, Object.keys(MODULE_TABLES));
  const missing: string[] = [];
  const outdated: string[] = [];
  for (const [table, expected] of Object.entries(MODULE_TABLES)) {
    const name = tableName(dataSource, table);
    const there = found.get(table);
    if (!there) {
      missing.push(name);
      continue;
    }
    checkOwn(dataSource, table, there, expected);
    for (const column of expected.later ?? [])
      if (!Object.hasOwn(there.columns, column)) outdated.push(`${name}.${column}`);
  }
  if (missing.length > 0) throw new MissingTablesError(missing, recordedIn);
  if (outdated.length > 0) throw new OutdatedTablesError(outdated);
}
