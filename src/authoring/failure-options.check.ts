import { type Check, membersOf, oneOf, whole } from './option-checks';
import type { OnError } from './projection-options';

const ON_ERROR = ['stop', 'dead-letter', 'park-stream'] satisfies OnError[];

export const checkOnError: Check = oneOf(...ON_ERROR);

const span = membersOf({ minMs: wait, maxMs: wait });

/** Both ends are needed: a projection's backoff replaces the module's as a whole. */
const checkBackoff: Check = (value) => {
  const problem = span(value);
  if (problem) return problem;
  const { minMs, maxMs } = value as { minMs?: number; maxMs?: number };
  if (minMs === undefined || maxMs === undefined) return 'must have both minMs and maxMs';
  return maxMs < minMs ? `has a maxMs (${maxMs}) below its minMs (${minMs})` : undefined;
};

export const checkRetry: Check = membersOf({ attempts: whole, backoff: checkBackoff });

/** Not to wait at all may be what is wanted. */
function wait(value: unknown): string | undefined {
  return value === 0 ? undefined : whole(value)?.replace('from 1', 'from 0');
}
