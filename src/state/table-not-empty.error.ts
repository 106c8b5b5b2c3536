import { ProjectionError } from '../events/projection.error';

/** Reverting a migration would have removed rows for ever. Nothing was changed. */
export class TableNotEmptyError extends ProjectionError {
  constructor(
    readonly table: string,
    migration: string,
  ) {
    super(
      `Reverting ${migration} would remove rows of ${table} for ever, so it was not reverted. If they may go, empty the ` +
        'table first, or revert with migrations that were told so: ' +
        'projectionMigrationsFor({ dropTablesWithRows: true }) in place of projectionMigrations.',
    );
  }
}
