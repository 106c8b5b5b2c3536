import { ProjectionError } from '../../events/projection.error';

/** A source is read outside of an application, and names its data source. */
export class UnboundSourceError extends ProjectionError {
  constructor(table: string) {
    super(
      `The source that reads ${table} names its data source, which only an application can look up. Next: give it to ` +
        'ProjectionModule.forRoot({ sources }); or give the DataSource itself.',
    );
  }
}
