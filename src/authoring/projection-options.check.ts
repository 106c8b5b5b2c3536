import { InvalidProjectionOptionsError } from './authoring.errors';
import { checkOnError, checkRetry } from './failure-options.check';
import { callback, type Check, firstProblem, listOf, oneOf, whole } from './option-checks';
import type { ProjectionOptions, ProjectionType } from './projection-options';

const TYPES = ['persistent', 'inline', 'live', 'catch-up'] satisfies ProjectionType[];
const NAME = /^[\w.:-]{1,200}$/;

const CHECKS: Record<keyof ProjectionOptions, Check> = {
  // Looked at on its own: it must be there.
  name: () => undefined,
  type: oneOf(...TYPES),
  // An entity whose file takes part in a circle of imports is undefined when the decorator runs.
  readModels: listOf('entities', (entity) => entity !== undefined && entity !== null && entity !== ''),
  version: whole,
  retry: checkRetry,
  onError: checkOnError,
  parkBy: callback,
  maxDeadLetters: whole,
  handlerTimeoutMs: whole,
  batchSize: whole,
};

/** @throws InvalidProjectionOptionsError */
export function checkProjectionOptions(options: ProjectionOptions, className: string): void {
  const { name } = options;
  if (typeof name !== 'string' || !NAME.test(name))
    throw new InvalidProjectionOptionsError(
      name,
      `@Projection on ${className} needs a name of 1 to 200 letters, digits and _ . : -`,
    );
  const problem = firstProblem(options, CHECKS);
  if (problem) throw new InvalidProjectionOptionsError(name, problem);
}
