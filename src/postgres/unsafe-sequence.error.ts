import { ProjectionError } from '../events/projection.error';

/**
 * The sequence hands out positions that do not follow the order of time (CACHE, CYCLE, a negative INCREMENT). Thrown
 * at start and by reads up to the settled head. Run the statement in the message.
 *
 * @publicApi
 */
export class UnsafeSequenceError extends ProjectionError {
  constructor(sequence: string, cache: string) {
    super(
      cache === '1'
        ? `The sequence ${sequence} of the events' positions counts down or begins again at its end (CYCLE), and ` +
            `projections could miss events. Run: ALTER SEQUENCE ${sequence} INCREMENT 1 NO CYCLE`
        : `The sequence ${sequence} of the events' positions has CACHE ${cache}: connections draw positions in blocks, ` +
            `and projections could miss events. Run: ALTER SEQUENCE ${sequence} CACHE 1`,
    );
  }
}
