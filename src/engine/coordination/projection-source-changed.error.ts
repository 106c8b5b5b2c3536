import { ProjectionError } from '../../events/projection.error';
import type { DeclaredProjection } from '../../state/declared-projection';

const nameOf = (source: string | undefined): string =>
  source === undefined ? "the module's event store" : `the source "${source}"`;

const literal = (text: string | undefined): string =>
  text === undefined ? 'NULL' : `'${text.replaceAll("'", "''")}'`;

/**
 * A projection reads another source than the one that its checkpoint is a position of. Thrown at start. Give the
 * projection another name, or the source that it had.
 *
 * @publicApi
 */
export class ProjectionSourceChangedError extends ProjectionError {
  readonly projection: string;

  /** @param states the table that says which source a projection reads */
  constructor({ name, source }: DeclaredProjection, stored: string | undefined, states: string) {
    super(
      `Projection "${name}" reads ${nameOf(source)} now, and its checkpoint is a position of ${nameOf(stored)}, which says ` +
        'nothing there. Next: give the projection another name, with which it starts from its beginning, or the source it had. Where it is ' +
        `the same source under another name, run: UPDATE ${states} SET source = ${literal(source)} WHERE projection = ${literal(name)}`,
    );
    this.projection = name;
  }
}
