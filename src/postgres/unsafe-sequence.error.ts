import { ProjectionError } from '../events/projection.error';

/** The sequence of the positions hands out values so that positions do not follow the order of time. */
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
