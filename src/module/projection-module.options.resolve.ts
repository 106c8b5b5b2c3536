import { checkOnError, checkRetry } from '../authoring/failure-options.check';
import {
  callback,
  type Check,
  firstProblem,
  flag,
  listOf,
  membersOf,
  whole,
} from '../authoring/option-checks';
import { InvalidModuleOptionsError } from './invalid-module-options.error';
import {
  DEFAULT_OPTIONS,
  type ProjectionModuleOptions,
  type ResolvedOptions,
} from './projection-module.options';
import type { TableNames } from '../state/table-placement';
import { checkSources } from './sources.check';

const names = listOf('projection names', (name) => typeof name === 'string');

const TABLE_NAMES = {
  events: identifier,
  checkpoints: identifier,
  states: identifier,
  instances: identifier,
  leases: identifier,
  commands: identifier,
  deadLetters: identifier,
  audit: identifier,
  inlineMarks: identifier,
  headTimes: identifier,
  migrations: identifier,
} satisfies Record<keyof TableNames, Check>;

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
  schema: identifier,
  tables: checkTableNames,
  sources: checkSources,
};

/** A name that PostgreSQL would cut short could be that of another table. */
function identifier(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return 'must be a name';
  if (value.includes('\0') || Buffer.byteLength(value) > 63)
    return `must be a name of at most 63 bytes, not "${value}"`;
  return undefined;
}

function checkTableNames(value: unknown): string | undefined {
  const problem = membersOf(TABLE_NAMES)(value);
  if (problem) return problem;
  const given = Object.values(value as TableNames);
  const twice = given.find((name, at) => name !== undefined && given.indexOf(name) !== at);
  return twice === undefined ? undefined : `gives two tables the name "${twice}"`;
}

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
