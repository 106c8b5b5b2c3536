import { ProjectionError } from '../events/projection.error';

/**
 * A table has the name of one of the module's tables, and is another table. Thrown at start and by migrations;
 * nothing was made or changed. Give `forRoot` another `schema` or name, or rename the other table.
 *
 * @publicApi
 */
export class ForeignTableError extends ProjectionError {
  /** @param option the key of `forRoot({ tables })` that renames the module's table */
  constructor(
    readonly table: string,
    option: string,
    problem: string,
  ) {
    super(
      `The database has a table ${table} that is not the one nestjs-projections needs: ${problem}. ` +
        `Keep the two apart: give ProjectionModule.forRoot another schema ({ schema: 'projections' }) or another name ` +
        `({ tables: { ${option}: '...' } }), or rename the table that is there. Nothing was changed.`,
    );
  }
}
