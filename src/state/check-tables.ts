import type { DataSource } from 'typeorm';
import { MissingTablesError } from './missing-tables.error';
import { tableName } from './table-name';

const TABLES = [
  'events',
  'projection_checkpoints',
  'projection_states',
  'projection_instances',
  'projection_leases',
  'projection_commands',
  'projection_dead_letters',
  'projection_audit',
  'projection_inline_marks',
  'projection_head_times',
];

/** @throws MissingTablesError */
export async function checkTables(dataSource: DataSource): Promise<void> {
  const names = TABLES.map((table) => tableName(dataSource, table));
  const missing = await dataSource.query<{ name: string }[]>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL',
    [names],
  );
  if (missing.length > 0) throw new MissingTablesError(missing.map(({ name }) => name));
}
