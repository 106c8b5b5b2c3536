import { ProjectionError } from '../../events/projection.error';
import type { Kind } from '../kinds/kind';

/**
 * A projection became inline, or ceased to be, and its checkpoint does not say which events are applied. Thrown at
 * start. Do as the message says, or give the projection another name.
 *
 * @publicApi
 */
export class ProjectionTypeChangedError extends ProjectionError {
  /** @param marks the table that says whether appends apply the events of an inline projection */
  constructor(
    readonly projection: string,
    { type, joinsAppends }: Kind,
    marks: string,
  ) {
    super(
      joinsAppends
        ? `Projection "${projection}" is inline now, and has a checkpoint of which nobody noted its type. If another type ` +
            `wrote it, run: INSERT INTO ${marks} VALUES ('${projection.replaceAll("'", "''")}', false); and it goes on from there. ` +
            'If it was inline before, with an older version of this module, the same with true.'
        : `Projection "${projection}" is ${type} now, and until now appends applied its events, of which its checkpoint ` +
            'says nothing. Pause it while the code that declares it inline runs, deploy this code, and resume it; or give it another name.',
    );
  }
}
