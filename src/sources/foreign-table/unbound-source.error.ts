import { ProjectionError } from '../../events/projection.error';

/**
 * A source that names its data source is read outside of an application. Thrown by every read of it. Give the source
 * to `forRoot({ sources })`, or give it the DataSource itself.
 *
 * @publicApi
 */
export class UnboundSourceError extends ProjectionError {
  constructor(table: string) {
    super(
      `The source that reads ${table} names its data source, which only an application can look up. Next: give it to ` +
        'ProjectionModule.forRoot({ sources }); or give the DataSource itself.',
    );
  }
}
