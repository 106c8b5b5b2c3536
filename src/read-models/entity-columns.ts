import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import { RowColumn } from './row-column';
import { UnknownRowEntityError, UnsupportedRowEntityError } from './row.errors';

type EntityMetadata = ReturnType<DataSource['getMetadata']>;

const SPATIAL = new Set<unknown>(['geometry', 'geography']);

/**
 * The metadata of an entity whose rows can be folded.
 * @throws UnknownRowEntityError, UnsupportedRowEntityError
 */
export function rowMetadata(
  dataSource: DataSource,
  projection: string,
  entity: EntityTarget<ObjectLiteral>,
): EntityMetadata {
  if (!dataSource.hasMetadata(entity)) throw new UnknownRowEntityError(projection, describe(entity));
  const metadata = dataSource.getMetadata(entity);
  const problem = problemOf(metadata);
  if (problem) throw new UnsupportedRowEntityError(projection, metadata.name, problem);
  return metadata;
}

/** Without those that the database computes: they are undefined in handlers, whenever a row was loaded. */
export function rowColumns(metadata: EntityMetadata, driver: DataSource['driver']): RowColumn[] {
  return metadata.columns
    .filter(
      ({ generatedType, isVirtual, isVirtualProperty }) => !generatedType && !isVirtual && !isVirtualProperty,
    )
    .map((column) => new RowColumn(column, driver));
}

function problemOf(metadata: EntityMetadata): string | undefined {
  if (metadata.tableType === 'view') return 'it is a view';
  if (metadata.discriminatorColumn ?? metadata.parentEntityMetadata)
    return 'it takes part in table inheritance, and a row in bulk is of one class';
  if (metadata.treeType) return 'it is a tree, whose other columns TypeORM fills in';
  const join = metadata.columns.find(({ isVirtual, relationMetadata }) => isVirtual && relationMetadata);
  if (join)
    return `its relation ${join.relationMetadata!.propertyName} has the column ${join.databaseName}, which is no property: declare it with @Column`;
  const always = metadata.columns.find(
    ({ isPrimary, generatedIdentity }) => isPrimary && generatedIdentity === 'ALWAYS',
  );
  if (always) return `its key ${always.propertyName} is generated always, and cannot be given by an event`;
  const hidden = metadata.columns.find(
    ({ isInsert, isVirtual, default: given }) => !isInsert && !isVirtual && typeof given === 'function',
  );
  if (hidden)
    return `its column ${hidden.propertyName} is not inserted, and only the database knows its default`;
  const spatial = metadata.columns.find(({ type }) => SPATIAL.has(type));
  if (spatial) return `its column ${spatial.propertyName} is spatial`;
  return undefined;
}

function describe(entity: unknown): string {
  return typeof entity === 'function' ? entity.name : JSON.stringify(entity);
}
