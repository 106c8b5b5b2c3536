import { ProjectionError } from './projection.error';

/** A method of `Projections` or of the event store was given something that cannot be right. Nothing was done. */
export class InvalidArgumentError extends ProjectionError {
  constructor(call: string, problem: string) {
    super(`${call}() was called wrongly: ${problem}.`);
  }
}
