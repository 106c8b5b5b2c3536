import type { ProjectionContext, RecordedEvent } from 'nestjs-projections';
import { Random } from '../examples/fold/random';

/** Of how many events one is faulty. */
const ONE_IN = 20;
/** The most tries that a faulty event fails. */
const MAX_FAILURES = 4;

type Misdeed = (context: ProjectionContext) => unknown;

const run = (sql: string) => (context: ProjectionContext) => context.manager.query(sql);

/** All ways of a handler to go wrong. */
const MISDEEDS: Record<string, Misdeed> = {
  throws: () => {
    throw new Error('chaos');
  },
  'throws what is no error': () => {
    // oxlint-disable-next-line typescript/only-throw-error -- users do
    throw 'chaos';
  },
  'sends wrong SQL': run('SELECT 1 / 0'),
  'breaks a constraint': run(
    `INSERT INTO tally_folds (projection, stream_id, n, fold) VALUES (NULL, NULL, 0, 0)`,
  ),
  'swallows an SQL error': (context) => run('SELECT 1 / 0')(context).catch(() => undefined),
  'meets a serialization failure': run(`DO $$ BEGIN RAISE serialization_failure; END $$`),
  'meets a deadlock': run(`DO $$ BEGIN RAISE deadlock_detected; END $$`),
  'loses its connection': run('SELECT pg_terminate_backend(pg_backend_pid())'),
  'swallows the loss of its connection': (context) =>
    run('SELECT pg_terminate_backend(pg_backend_pid())')(context).catch(() => undefined),
};

/**
 * Makes handlers fail: which events, how and how often depends on the seed and the event alone, and every event is
 * good in the end.
 */
export function fault(seed: number) {
  return async ({ streamId, version }: RecordedEvent, context: ProjectionContext): Promise<void> => {
    const random = new Random(hash(`${seed} ${streamId} ${version}`));
    if (!random.chance(1 / ONE_IN)) return;
    const misdeed = random.oneOf(Object.values(MISDEEDS));
    const failures = 1 + random.below(MAX_FAILURES);
    if (context.attempt <= failures) await misdeed(context);
  };
}

/** FNV-1a, to draw by what an event is called rather than by when it comes. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ char.codePointAt(0)!, 0x01000193);
  return value >>> 0;
}
