import { ProjectionError } from '../../events/projection.error';

/**
 * A projection reads a source that `forRoot` was not given. Thrown at start. Give it to `forRoot({ sources })`, or
 * correct the name.
 *
 * @publicApi
 */
export class UnknownSourceError extends ProjectionError {
  constructor(projection: string, source: string, known: readonly string[]) {
    const list = known.length === 0 ? 'none' : known.map((name) => `"${name}"`).join(', ');
    super(
      `Projection "${projection}" reads the source "${source}", and ProjectionModule.forRoot has ${list}. Next: give it to ` +
        `forRoot({ sources: { "${source}": ... } }), or correct the name; without source it reads the module's event store.`,
    );
  }
}

/**
 * A source other than the module's own store does not answer. It is the `error` in the status of its projections,
 * which wait; those of other sources go on. Look at the database of the source.
 *
 * @publicApi
 */
export class SourceNotReadableError extends ProjectionError {
  constructor(source: string, cause: unknown) {
    super(
      `The source "${source}" cannot be read (${cause instanceof Error ? cause.message : String(cause)}): its projections ` +
        'wait, and those of other sources go on. Nothing is lost. Next: look at the database that it lies in.',
      { cause },
    );
  }
}
