import type { DataSource, QueryRunner } from 'typeorm';

/** A table of this module, quoted, in the schema the data source is set to. */
export function tableName(dataSource: DataSource, table: string): string {
  const { schema } = dataSource.options as { schema?: string };
  return [schema, table]
    .filter((part) => part !== undefined)
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}

/** TypeORM 1 renamed `connection`. */
export function dataSourceOf(queryRunner: QueryRunner): DataSource {
  return queryRunner.dataSource ?? (queryRunner as { connection: DataSource }).connection;
}
