import { ProjectionError } from '../events/projection.error';

/** The module's tables are there and lack columns of a newer version. */
export class OutdatedTablesError extends ProjectionError {
  /** @param columns each with its table in front */
  constructor(readonly columns: readonly string[]) {
    super(
      `The module's tables are those of an older version: they lack ${columns.join(', ')}. ` +
        'Run projectionMigrations with your own migrations before this version starts, or drop migrate: false.',
    );
  }
}
