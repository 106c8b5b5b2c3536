import { ProjectionError } from '../events/projection.error';

/**
 * An option of `ProjectionModule` cannot be right. Thrown at start, and by `forFeature` for an undefined projection.
 * The message names the option and what it may be.
 *
 * @publicApi
 */
export class InvalidModuleOptionsError extends ProjectionError {
  constructor(problem: string) {
    super(`ProjectionModule is configured wrongly: ${problem}.`);
  }
}
