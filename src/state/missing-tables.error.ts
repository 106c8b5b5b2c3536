import { ProjectionError } from '../events/projection.error';

/** Tables of the module are not there, and it was told not to make them. */
export class MissingTablesError extends ProjectionError {
  constructor(readonly tables: readonly string[]) {
    super(
      `The database has no table ${tables.join(', ')}, and ProjectionModule was given migrate: false. ` +
        'Add projectionMigrations to the migrations of your data source and run them, or drop migrate: false.',
    );
  }
}
