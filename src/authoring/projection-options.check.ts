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
  readModels: listOf('entities', isEntity),
  row: (entity) => (isEntity(entity) ? undefined : 'must be an entity'),
  key: callback,
  segments: whole,
  segmentBy: callback,
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
  const problem = firstProblem(options, CHECKS) ?? misfitOf(options);
  if (problem) throw new InvalidProjectionOptionsError(name, problem);
}

/** Options that each are right and do not go together. */
function misfitOf({ type = 'persistent', segments, segmentBy, row }: ProjectionOptions): string | undefined {
  if ((type === 'inline' || type === 'live') && (segments ?? segmentBy) !== undefined)
    return `it is ${type}, and has no checkpoints that segments could have: leave out segments and segmentBy`;
  if (type === 'live' && row !== undefined)
    return 'it is live, and would save rows once for every instance: leave out row, or make it persistent';
  return undefined;
}

/** An entity whose file takes part in a circle of imports is undefined when the decorator runs. */
function isEntity(entity: unknown): boolean {
  return entity !== undefined && entity !== null && entity !== '';
}
