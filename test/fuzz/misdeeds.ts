import type { ProjectionContext } from 'nestjs-projections';
import type { Fault } from './fault';

type Misdeed = (context: ProjectionContext | undefined) => unknown;

const throws = (thrown: unknown) => () => {
  throw thrown;
};

const sql = (text: string) => (context: ProjectionContext | undefined) => context?.manager.query(text);

/** What any callback can do. */
const PLAIN: Misdeed[] = [
  throws(new Error('fuzz')),
  throws('fuzz'),
  throws({ fuzz: true }),
  throws(undefined),
  throws(new Error()),
];

/** Texts that PostgreSQL does not hold, as a part of an error. */
const ODD: Misdeed[] = [
  throws(new Error('half a pair \ud83d, and NUL \0')),
  throws(Object.assign(new Error('a name with NUL'), { name: 'Fuzz\0Error' })),
  throws('half a pair \udc00'),
];

/** What only a handler with a transaction can do. */
const WITH_SQL: Misdeed[] = [
  sql('SELECT 1 / 0'),
  sql('INSERT INTO no_such_table VALUES (1)'),
  (context) => sql('SELECT 1 / 0')(context)?.catch(() => undefined),
  (context) => context?.execute('SELECT 1 / $1::int', [0]),
  // At the commit, when no handler is to blame.
  sql('INSERT INTO fuzz_unique VALUES (1), (1)'),
];

const PASSING: Misdeed[] = [
  throws(Object.assign(new Error('serialization failure'), { code: '40001' })),
  throws(Object.assign(new Error('connection reset'), { code: 'ECONNRESET' })),
  throws(new Error('passes by itself')),
];

const PASSING_WITH_SQL: Misdeed[] = [
  sql('DO $$ BEGIN RAISE serialization_failure; END $$'),
  sql('DO $$ BEGIN RAISE deadlock_detected; END $$'),
  sql('SELECT pg_terminate_backend(pg_backend_pid())'),
];

/** Fails as the fault says. What it gives back is to be awaited. */
export function misbehave({ kind, how }: Fault, odd: boolean, context?: ProjectionContext): unknown {
  const passing = kind === 'transient';
  const misdeeds = passing ? PASSING : odd ? [...PLAIN, ...ODD] : PLAIN;
  const withSql = passing ? PASSING_WITH_SQL : WITH_SQL;
  const all = context ? [...misdeeds, ...withSql] : misdeeds;
  return all[Math.floor(how * all.length)]!(context);
}

/** Whether the application says of an error that it passes by itself. */
export function isPassing(error: unknown): boolean {
  return error instanceof Error && error.message === 'passes by itself';
}

/** What a row handler may return by mistake. */
const NO_ROWS: unknown[] = [5, 'row', true, [1], new Map([['n', 1]]), { nn: 1 }];

export const noRow = ({ how }: Fault): unknown => NO_ROWS[Math.floor(how * NO_ROWS.length)];

/** What a key function may give by mistake. */
const NO_KEYS: unknown[] = [null, undefined, {}, Symbol('key')];

export const noKey = ({ how }: Fault): unknown => NO_KEYS[Math.floor(how * NO_KEYS.length)];
