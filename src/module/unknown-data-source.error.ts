import { ProjectionError } from '../events/projection.error';

/** The module was told to use a TypeORM data source that the application does not have. */
export class UnknownDataSourceError extends ProjectionError {
  constructor(name: string | undefined) {
    super(
      name === undefined
        ? 'ProjectionModule finds no TypeORM data source: import TypeOrmModule.forRoot beside it.'
        : `ProjectionModule finds no TypeORM data source named "${name}": give TypeOrmModule.forRoot ` +
            `the name, or ProjectionModule the right dataSource.`,
    );
  }
}
