import { InvalidProjectionOptionsError } from './authoring.errors';
import type { ProjectionOptions, ProjectionType } from './projection-options';

const TYPES: readonly ProjectionType[] = ['persistent', 'inline', 'live', 'catch-up'];
const NAME = /^[\w.:-]{1,200}$/;

export function checkProjectionOptions(
  { name, type, batchSize }: ProjectionOptions,
  className: string,
): void {
  if (typeof name !== 'string' || !NAME.test(name))
    throw new InvalidProjectionOptionsError(
      name,
      `@Projection on ${className} needs a name of 1 to 200 letters, digits and _ . : -`,
    );
  if (type !== undefined && !TYPES.includes(type))
    throw new InvalidProjectionOptionsError(name, `type must be one of ${TYPES.join(', ')}, not "${type}"`);
  if (batchSize !== undefined && (!Number.isInteger(batchSize) || batchSize < 1))
    throw new InvalidProjectionOptionsError(
      name,
      `batchSize must be a whole number from 1, not ${batchSize}`,
    );
}
