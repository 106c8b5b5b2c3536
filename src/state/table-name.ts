import type { DataSource, QueryRunner } from 'typeorm';
import { placementOf, type TableNames } from './table-placement';
import { quoted } from '../database/identifiers';

/** The entities that users query have their own class names for a naming strategy to see. */
const ENTITY_NAMES: Readonly<Record<string, string>> = {
  events: 'EventEntity',
  projection_checkpoints: 'ProjectionCheckpoint',
};

/** A table of this module, quoted, in the schema it is placed in. */
export function tableName(dataSource: DataSource, table: string): string {
  return [schemaOf(dataSource), bareTableName(dataSource, table)]
    .filter((part) => part !== undefined)
    .map(quoted)
    .join('.');
}

export function schemaOf(dataSource: DataSource): string | undefined {
  return placementOf(dataSource).schema ?? (dataSource.options as { schema?: string }).schema;
}

/** Without its schema and without quotes, as TypeORM names an entity that has a name of its own. */
export function bareTableName(dataSource: DataSource, table: string): string {
  const given = placementOf(dataSource).tables?.[optionOf(table) as keyof TableNames];
  if (given !== undefined) return given;
  const { namingStrategy, options } = dataSource;
  const name = namingStrategy.tableName(ENTITY_NAMES[table] ?? pascalCase(table), table);
  return options.entityPrefix ? namingStrategy.prefixTableName(options.entityPrefix, name) : name;
}

/** The key of the option `tables`: `projection_dead_letters` is `deadLetters`. */
export function optionOf(table: string): string {
  const name = pascalCase(table.replace(/^projection_/, ''));
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function pascalCase(table: string): string {
  return table.replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** TypeORM 1 renamed `connection`. */
export function dataSourceOf(queryRunner: QueryRunner): DataSource {
  return queryRunner.dataSource ?? (queryRunner as { connection: DataSource }).connection;
}
