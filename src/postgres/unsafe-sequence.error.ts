import { ProjectionError } from '../events/projection.error';

/** The sequence of the positions hands out values in blocks, so that positions no longer follow the order of time. */
export class UnsafeSequenceError extends ProjectionError {
  constructor(sequence: string, cache: string) {
    super(
      `The sequence ${sequence} of the events' positions has CACHE ${cache}: connections draw positions in blocks, ` +
        `and projections could miss events. Run: ALTER SEQUENCE ${sequence} CACHE 1`,
    );
  }
}
