import { ProjectionError } from '../events/projection.error';

/** An option of `ProjectionModule` that cannot be right. */
export class InvalidModuleOptionsError extends ProjectionError {
  constructor(problem: string) {
    super(`ProjectionModule is configured wrongly: ${problem}.`);
  }
}
