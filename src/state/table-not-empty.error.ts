import { ProjectionError } from '../events/projection.error';

/**
 * Reverting a migration would remove rows. Thrown by `migration:revert`; nothing was changed. Empty the table first,
 * or use `projectionMigrationsFor({ dropTablesWithRows: true })`.
 *
 * @publicApi
 */
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
