import { InvalidArgumentError } from '../events/invalid-argument.error';
import { type Check, firstProblem, show } from './option-checks';

/** What a `bigint` column holds. */
const LARGEST = 2n ** 63n - 1n;

export const position: Check = (value) =>
  typeof value === 'bigint' && value >= 0n && value <= LARGEST
    ? undefined
    : `must be a position, a bigint from 0, not ${show(value)}`;

export const count: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? undefined
    : `must be a whole number from 0, not ${show(value)}`;

/** Not to wait at all may be what is wanted, and so may be to wait for ever. */
export const milliseconds: Check = (value) =>
  typeof value === 'number' && value >= 0
    ? undefined
    : `must be a number of milliseconds from 0, not ${show(value)}`;

export const text: Check = (value) => {
  if (typeof value !== 'string') return `must be a string, not ${show(value)}`;
  return value.includes('\0') || !value.isWellFormed()
    ? 'has a character that PostgreSQL cannot store'
    : undefined;
};

/** By what it can do: another realm has a class of its own. */
export const abortSignal: Check = (value) =>
  typeof (value as Partial<AbortSignal> | null)?.throwIfAborted === 'function'
    ? undefined
    : `must be an AbortSignal, not ${show(value)}`;

/** @throws InvalidArgumentError */
export function checkArgument(call: string, what: string, value: unknown, check: Check): void {
  const problem = check(value);
  if (problem) throw new InvalidArgumentError(call, `${what} ${problem}`);
}

/**
 * Whoever writes no TypeScript, or passes on what a request brought, may give anything.
 * @throws InvalidArgumentError for an option that is not known, too: left out in silence it would mean all
 */
export function checkOptions(call: string, given: unknown, checks: Readonly<Record<string, Check>>): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new InvalidArgumentError(call, `its options must be an object, not ${show(given)}`);
  const problem = firstProblem(given, checks);
  if (problem) throw new InvalidArgumentError(call, problem);
}
