import { inspect } from 'node:util';

interface ErrorLike {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
}

/** What was thrown, in words, whatever it is: handlers throw texts, answers of services, and objects of their own. */
export function describeError(error: unknown): string {
  try {
    if (!looksLikeError(error)) return typeof error === 'string' ? error : shown(error);
    const { message, code } = error as ErrorLike;
    // What a connection fails with may be a bundle of errors without a message of its own.
    const said = text(message) || text(code) || shown(error);
    return `${nameOfError(error)}: ${said}`;
  } catch {
    return 'an error that cannot be shown';
  }
}

/** The class or name of what was thrown. */
export function nameOfError(error: unknown): string {
  try {
    const { name } = (looksLikeError(error) ? error : {}) as ErrorLike;
    return text(name) || 'Error';
  } catch {
    return 'Error';
  }
}

/** Where it was thrown, if it tells: a stack is put together, message and all, when it is asked for. */
export function stackOfError(error: unknown): string {
  try {
    return looksLikeError(error) ? text((error as { stack?: unknown }).stack) : '';
  } catch {
    return '';
  }
}

/** Also an error of another realm, as tests and worker threads have them. */
function looksLikeError(error: unknown): boolean {
  if (error instanceof Error) return true;
  return typeof error === 'object' && error !== null && 'message' in error && 'stack' in error;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const shown = (value: unknown): string =>
  inspect(value, { depth: 3, breakLength: Infinity, maxArrayLength: 20, maxStringLength: 500 });
