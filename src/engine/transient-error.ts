import { failedByName } from '../statements/statement-names';

/** SQLSTATE codes, or whole classes of them, that say nothing about the event and pass by themselves. */
const SQLSTATES = [
  '08', // connection exceptions
  '40001', // serialization failure
  '40P01', // deadlock
  '53', // too many connections, out of memory, disk full
  '55P03', // lock time-out
  '57P01', // server shutting down
  '57P02', // server crashed
  '57P03', // server starting
  '57P05', // idle session ended
  '25P03', // idle transaction ended
];

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

/** Whether `error`, or what caused it, will pass without anybody mending the event or its handler. */
export function isTransientError(error: unknown, more: (error: unknown) => boolean = () => false): boolean {
  for (const one of chainOf(error)) {
    const { code, message } = one as { code?: unknown; message?: unknown };
    if (more(one) || failedByName(one)) return true;
    if (typeof code === 'string' && (SYSTEM_CODES.has(code) || hasSqlState(code))) return true;
    if (typeof message === 'string' && MESSAGES.test(message)) return true;
  }
  return false;
}

function hasSqlState(code: string): boolean {
  return code.length === 5 && SQLSTATES.some((state) => code.startsWith(state));
}

/** An error, its driver's error, and their causes. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  const queue = [error];
  while (queue.length > 0 && chain.length < 20) {
    const one = queue.shift();
    if (typeof one !== 'object' || one === null || chain.includes(one)) continue;
    chain.push(one);
    const { driverError, cause, errors } = one as {
      driverError?: unknown;
      cause?: unknown;
      errors?: unknown[];
    };
    queue.push(driverError, cause, ...(Array.isArray(errors) ? errors : []));
  }
  return chain;
}
