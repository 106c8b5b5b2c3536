import { InvalidProjectionOptionsError } from './authoring.errors';
import { checkOnError, checkRetry } from './failure-options.check';
import type { HandlerOptions } from './handler-metadata';
import { callback, type Check, firstProblem, flag, listOf, oneOf, whole } from './option-checks';
import type { ProjectionOptions, ProjectionType } from './projection-options';

const TYPES = ['persistent', 'inline', 'live', 'catch-up'] satisfies ProjectionType[];
const NAME = /^[\w.:-]{1,200}$/;

const CIRCLE =
  ' when the decorator runs, most likely because of a circular import: let the file of the entity import neither the ' +
  'projection nor what imports it';

const entity: Check = (value) => (isEntity(value) ? undefined : 'must be an entity');

const entities: Check = (value) => {
  const problem = listOf('entities', isEntity)(value);
  return problem?.endsWith('stands undefined') ? problem + CIRCLE : problem;
};

const CHECKS: Record<keyof ProjectionOptions, Check> = {
  // Looked at on its own: it must be there.
  name: () => undefined,
  type: oneOf(...TYPES),
  source: (value) =>
    typeof value === 'string' && value !== '' ? undefined : 'must be a name of forRoot({ sources })',
  readModels: entities,
  row: entity,
  key: callback,
  segments: whole,
  segmentBy: callback,
  version: whole,
  startFrom: (value) =>
    value === 'beginning' || value === 'head' || isPosition(value) || isMoment(value)
      ? undefined
      : "must be 'beginning', 'head', a position from 0n as a bigint, or a valid Date",
  retry: checkRetry,
  onError: checkOnError,
  parkBy: callback,
  maxDeadLetters: whole,
  handlerTimeoutMs: whole,
  batchSize: whole,
};

const HANDLER_CHECKS: Record<keyof HandlerOptions, Check> = { replay: flag, row: entity, key: callback };

/** @throws InvalidProjectionOptionsError */
export function checkHandlerOptions(options: HandlerOptions, projection: string, place: string): void {
  const problem = undefinedRow(options) ?? firstProblem(options, HANDLER_CHECKS);
  if (problem)
    throw new InvalidProjectionOptionsError(projection, `the options of @On on ${place}: ${problem}`);
}

/** @throws InvalidProjectionOptionsError */
export function checkProjectionOptions(options: ProjectionOptions, className: string): void {
  const { name } = options;
  if (typeof name !== 'string' || !NAME.test(name))
    throw new InvalidProjectionOptionsError(
      name,
      `@Projection on ${className} needs a name of 1 to 200 letters, digits and _ . : -`,
    );
  const problem = undefinedRow(options) ?? firstProblem(options, CHECKS) ?? misfitOf(options);
  if (problem) throw new InvalidProjectionOptionsError(name, problem);
}

/** Who leaves a row out leaves out the option. */
function undefinedRow(options: { readonly row?: unknown }): string | undefined {
  return Object.hasOwn(options, 'row') && options.row === undefined ? `row is undefined${CIRCLE}` : undefined;
}

/** Options that each are right and do not go together. */
function misfitOf({
  type = 'persistent',
  source,
  segments,
  segmentBy,
  parkBy,
  startFrom,
  row,
  onError,
}: ProjectionOptions): string | undefined {
  if (type === 'inline' && source !== undefined)
    return 'it is inline, and events of another source are not appended here: leave out source, or make it persistent';
  if (type === 'live' && startFrom !== undefined)
    return 'it is live, and always begins at the head: leave out startFrom, or make it persistent';
  if ((segments ?? 1) > 1 && parkBy !== undefined && parkBy !== segmentBy)
    return (
      'with several segments only events of one segment wait for each other: give parkBy the same function as ' +
      'segmentBy, leave it out, or leave out segments'
    );
  if ((type === 'inline' || type === 'live') && (segments ?? segmentBy) !== undefined)
    return `it is ${type}, and has no checkpoints that segments could have: leave out segments and segmentBy`;
  if (type === 'live' && row !== undefined)
    return 'it is live, and would save rows once for every instance: leave out row, or make it persistent';
  if (type === 'live' && onError !== undefined && onError !== 'stop')
    return (
      `it is live, and onError '${onError}' would set an event aside once for every instance: leave out onError, ` +
      'or make it persistent'
    );
  return undefined;
}

const isPosition = (value: unknown): boolean => typeof value === 'bigint' && value >= 0n;

const isMoment = (value: unknown): boolean => value instanceof Date && !Number.isNaN(value.getTime());

/** An entity whose file takes part in a circle of imports is undefined when the decorator runs. */
function isEntity(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
