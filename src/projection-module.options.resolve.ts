import { checkOnError, checkRetry } from './authoring/failure-options.check';
import {
  callback,
  type Check,
  firstProblem,
  flag,
  listOf,
  membersOf,
  whole,
} from './authoring/option-checks';
import { InvalidModuleOptionsError } from './invalid-module-options.error';
import {
  DEFAULT_OPTIONS,
  type ProjectionModuleOptions,
  type ResolvedOptions,
} from './projection-module.options';

const names = listOf('projection names', (name) => typeof name === 'string');

const CHECKS: Record<keyof ProjectionModuleOptions, Check> = {
  migrate: flag,
  batchSize: whole,
  maxBatchBytes: whole,
  rowCacheBytes: whole,
  pollInterval: membersOf({ min: whole, max: whole }),
  listen: flag,
  run: (value) => (typeof value === 'boolean' ? undefined : names(value)),
  leaseMs: whole,
  retry: checkRetry,
  onError: checkOnError,
  maxDeadLetters: whole,
  isTransient: callback,
  handlerTimeoutMs: whole,
  maxConnections: whole,
  maxEventBytes: whole,
};

/** @throws InvalidModuleOptionsError */
export function resolveOptions(given: ProjectionModuleOptions): ResolvedOptions {
  // A factory may give anything.
  if (typeof given !== 'object' || given === null)
    throw new InvalidModuleOptionsError(`its options must be an object, not ${String(given)}`);
  const problem = firstProblem(given, CHECKS);
  if (problem) throw new InvalidModuleOptionsError(problem);
  const set = defined(given);
  const retry = { ...DEFAULT_OPTIONS.retry, ...defined(given.retry ?? {}) };
  const pollInterval = { ...DEFAULT_OPTIONS.pollInterval, ...defined(given.pollInterval ?? {}) };
  if (pollInterval.max < pollInterval.min)
    throw new InvalidModuleOptionsError('pollInterval.max is smaller than pollInterval.min');
  return { ...DEFAULT_OPTIONS, ...set, retry, pollInterval };
}

/** An option set to `undefined` is one not set. */
function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
