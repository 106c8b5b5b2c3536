import type { DataSource } from 'typeorm';
import type { ProjectionDefinition } from '../../authoring/projection-definition';
import { UnknownReadModelError } from '../failures/unknown-read-model.error';
import { quotedPath } from '../../database/identifiers';

/**
 * The qualified tables of the read models a projection declares.
 * @throws UnknownReadModelError
 */
export function readModelTables(
  dataSource: DataSource,
  { name, readModels }: ProjectionDefinition,
): string[] {
  return readModels.map((entity) => {
    if (!dataSource.hasMetadata(entity)) throw new UnknownReadModelError(name, describe(entity));
    const { tablePath } = dataSource.getMetadata(entity);
    return quotedPath(tablePath);
  });
}

function describe(entity: unknown): string {
  return typeof entity === 'function' ? entity.name : JSON.stringify(entity);
}
