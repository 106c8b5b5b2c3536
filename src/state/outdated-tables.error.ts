import { ProjectionError } from '../events/projection.error';

/**
 * The module's tables lack columns of a newer version. Thrown at start with `migrate: false`. Run
 * `projectionMigrations` before this version starts.
 *
 * @publicApi
 */
export class OutdatedTablesError extends ProjectionError {
  /** @param columns each with its table in front */
  constructor(readonly columns: readonly string[]) {
    super(
      `The module's tables are those of an older version: they lack ${columns.join(', ')}. ` +
        'Run projectionMigrations with your own migrations before this version starts, or drop migrate: false.',
    );
  }
}
