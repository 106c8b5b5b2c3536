import type { DataSource } from 'typeorm';
import { projectionEntities } from './projection-entities';
import { bareTableName, schemaOf } from '../state/table-name';

const TABLES = ['events', 'projection_checkpoints'];

/**
 * Leads the module's entities to the tables that its SQL uses: they may be placed elsewhere by options, and a naming
 * strategy may rename columns, whose names are fixed.
 */
export function placeEntities(dataSource: DataSource): void {
  for (const [at, entity] of projectionEntities.entries()) {
    if (!dataSource.hasMetadata(entity)) continue;
    const metadata = dataSource.getMetadata(entity);
    const table = TABLES[at]!;
    metadata.tableName = bareTableName(dataSource, table);
    metadata.schema = schemaOf(dataSource);
    metadata.tablePath = dataSource.driver.buildTableName(
      metadata.tableName,
      metadata.schema,
      metadata.database,
    );
    for (const column of metadata.columns) {
      const name = column.givenDatabaseName ?? column.propertyName;
      column.databaseName = name;
      column.databasePath = name;
      column.databaseNameWithoutPrefixes = name;
    }
  }
}
