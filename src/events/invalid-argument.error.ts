import { ProjectionError } from './projection.error';

/**
 * A method of `Projections` or of a source of events was given an argument that cannot be right. Thrown before
 * anything is done. The message names the argument and what it may be.
 *
 * @publicApi
 */
export class InvalidArgumentError extends ProjectionError {
  constructor(call: string, problem: string) {
    super(`${call}() was called wrongly: ${problem}.`);
  }
}
