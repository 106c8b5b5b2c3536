import type { QueryRunner } from 'typeorm';
import { checkOwn, findTables } from './inspect-tables';
import { MODULE_TABLES } from './module-tables';
import { TableNotEmptyError } from './table-not-empty.error';
import { dataSourceOf, tableName } from './table-name';
import { placementOf } from './table-placement';

/** Tells a table that a migration of the module made from one that was there before. */
const MARK = 'Made by nestjs-projections';

/**
 * Checks all names before the first table is made: a migration that runs in a transaction of its own must not leave
 * half of the tables behind.
 * @throws ForeignTableError
 */
export async function checkNames(queryRunner: QueryRunner): Promise<void> {
  const dataSource = dataSourceOf(queryRunner);
  const found = await findTables(dataSource, queryRunner.manager, Object.keys(MODULE_TABLES));
  for (const [table, expected] of Object.entries(MODULE_TABLES)) {
    const there = found.get(table);
    if (there) checkOwn(dataSource, table, there, expected);
  }
}

/** Makes a table that is not there yet, and marks it as made here. */
export async function createTable(
  queryRunner: QueryRunner,
  table: string,
  columns: string,
  storage = '',
): Promise<void> {
  const dataSource = dataSourceOf(queryRunner);
  const found = await findTables(dataSource, queryRunner.manager, [table]);
  if (found.size > 0) return;
  const name = tableName(dataSource, table);
  await queryRunner.query(`CREATE TABLE IF NOT EXISTS ${name} (${columns}) ${storage}`);
  await queryRunner.query(`COMMENT ON TABLE ${name} IS '${MARK}'`);
}

/**
 * Drops a table that `createTable` made; one that was there before stays.
 * @throws TableNotEmptyError where it has rows, unless the migrations were told that they may go
 */
export async function dropTable(queryRunner: QueryRunner, table: string, migration: string): Promise<void> {
  const name = tableName(dataSourceOf(queryRunner), table);
  const [row] = (await queryRunner.query(`SELECT obj_description(to_regclass($1), 'pg_class') AS comment`, [
    name,
  ])) as { comment: string | null }[];
  if (row?.comment !== MARK) return;
  await checkEmpty(queryRunner, table, migration);
  await queryRunner.query(`DROP TABLE ${name}`);
}

/** @throws TableNotEmptyError */
export async function checkEmpty(queryRunner: QueryRunner, table: string, migration: string): Promise<void> {
  const dataSource = dataSourceOf(queryRunner);
  if (placementOf(dataSource).dropTablesWithRows) return;
  const name = tableName(dataSource, table);
  const rows = (await queryRunner.query(`SELECT FROM ${name} LIMIT 1`)) as unknown[];
  if (rows.length > 0) throw new TableNotEmptyError(name, migration);
}
