export const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const UNIQUE_VIOLATION = '23505';
const READ_ONLY = '25006';
/** By a time limit of the server's, or by hand; a lock that was not to be had in time. */
const CANCELED = new Set(['57014', '55P03']);

/** What the server said of a statement, or undefined where it was not the server. */
export function sqlStateOf(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  const state = driverError?.code ?? code;
  return typeof state === 'string' ? state : undefined;
}

export const isUniqueViolation = (error: unknown) => sqlStateOf(error) === UNIQUE_VIOLATION;
export const isReadOnly = (error: unknown) => sqlStateOf(error) === READ_ONLY;
export const isCanceled = (error: unknown) => CANCELED.has(sqlStateOf(error) ?? '');

/** Whether another transaction was in the way, also where a handler's error wraps that. */
export function isConflict(error: unknown): boolean {
  for (let one = error, depth = 0; one instanceof Error && depth < 10; one = one.cause, depth++)
    if ([SERIALIZATION_FAILURE, DEADLOCK].includes(sqlStateOf(one) ?? '')) return true;
  return false;
}
