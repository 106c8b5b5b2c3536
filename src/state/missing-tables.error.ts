import { ProjectionError } from '../events/projection.error';

/**
 * Tables of the module are missing, with `migrate: false` or after somebody dropped them. Thrown at start. Run
 * `projectionMigrations`, or drop `migrate: false`, or restore the tables.
 *
 * @publicApi
 */
export class MissingTablesError extends ProjectionError {
  /** @param recordedIn the list that says that the tables were made, where there is one */
  constructor(
    readonly tables: readonly string[],
    recordedIn?: string,
  ) {
    super(
      recordedIn === undefined
        ? `The database has no table ${tables.join(', ')}, and ProjectionModule was given migrate: false. ` +
            'Add projectionMigrations to the migrations of your data source and run them, or drop migrate: false.'
        : `The database has no table ${tables.join(', ')}, though ${recordedIn} says that it was made: it was dropped ` +
            `or renamed since. Restore it, or, if what it held may be lost, delete the rows of ${recordedIn}.`,
    );
  }
}
