import { ProjectionError } from '../events/projection.error';

/**
 * The module, or a source, names a TypeORM data source that the application does not have. Thrown at start. Give
 * `TypeOrmModule.forRoot` the name, or correct `dataSource`.
 *
 * @publicApi
 */
export class UnknownDataSourceError extends ProjectionError {
  /** @param source that is to read from it; `undefined` for the module's own store */
  constructor(name: string | undefined, source?: string) {
    const of = source === undefined ? '' : ` for the source "${source}"`;
    super(
      name === undefined
        ? `ProjectionModule finds no TypeORM data source${of}: import TypeOrmModule.forRoot beside it.`
        : `ProjectionModule finds no TypeORM data source named "${name}"${of}: give TypeOrmModule.forRoot ` +
            `the name, or ${source === undefined ? 'ProjectionModule' : 'the source'} the right dataSource.`,
    );
  }
}
