import { failedByName } from '../../database/statement-names';

/** SQLSTATE codes, or whole classes of them, that say nothing about the event and pass by themselves. */
const SQLSTATES = [
  '08', // connection exceptions
  '25006', // read-only transaction: a standby, or a server that is read-only for a while
  '28', // failed logins, as while passwords are changed
  '40001', // serialization failure
  '40P01', // deadlock
  '53', // too many connections, out of memory, disk full
  '55P03', // lock time-out
  '57P01', // server shutting down
  '57P02', // server crashed
  '57P03', // server starting
  '57P05', // idle session ended
  '58030', // input or output error of the server
];

/**
 * Codes of what the server ends because it takes too long. Locks, or a server that is slow for a while, are to blame
 * as often as events; where it was this module that cancelled, the time-out of the handler comes first.
 */
const TIME_OUTS = new Set<unknown>([
  '57014', // statement_timeout, or a cancel by somebody else
  '25P03', // idle_in_transaction_session_timeout
  '25P04', // transaction_timeout
]);

const SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
]);

/** What `pg`, its pool and TypeORM say of a lost connection without giving a code. */
const MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|Driver not Connected|Query read timeout)/;

/** Whether the server ended what failed with `error` because it took too long. */
export function isTimeOut(error: unknown): boolean {
  return chainOf(error).some(({ code }) => TIME_OUTS.has(code));
}

/** Whether `error`, or what caused it, will pass without anybody fixing the event or its handler. */
export function isTransientError(error: unknown, more: (error: unknown) => boolean = () => false): boolean {
  for (const one of chainOf(error)) {
    const { code, message } = one;
    if (more(one) || failedByName(one)) return true;
    if (typeof code === 'string' && (SYSTEM_CODES.has(code) || hasSqlState(code))) return true;
    if (typeof message === 'string' && MESSAGES.test(message)) return true;
  }
  return false;
}

function hasSqlState(code: string): boolean {
  return code.length === 5 && SQLSTATES.some((state) => code.startsWith(state));
}

interface ErrorParts {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly driverError?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** An error, its driver's error, and their causes. */
function chainOf(error: unknown): ErrorParts[] {
  const chain: ErrorParts[] = [];
  const queue = [error];
  while (queue.length > 0 && chain.length < 20) {
    const one = queue.shift();
    if (typeof one !== 'object' || one === null || chain.includes(one) || !isReadable(one)) continue;
    chain.push(one);
    const { driverError, cause, errors } = one as ErrorParts;
    queue.push(driverError, cause, ...(Array.isArray(errors) ? (errors as unknown[]) : []));
  }
  return chain;
}

/** What handlers throw may have properties that throw themselves. */
function isReadable(error: ErrorParts): boolean {
  try {
    return [error.code, error.message, error.driverError, error.cause, error.errors].length > 0;
  } catch {
    return false;
  }
}
