/** What a plan may draw, each of which can be switched off to look for faults in the rest. */
const DIMENSIONS = [
  'rows', // handlers that fold rows
  'inline', // projections in the transaction of the append
  'inline-isolation', // appends to them at REPEATABLE READ and SERIALIZABLE
  'inline-tiny-pool', // as many of their appends at once as the pool has connections, down to one
  'inline-letters', // events set aside while they catch up
  'catch-up', // projections that run when they are asked to
  'catch-up-letters', // events that they set aside
  'segments',
  'resegmentation',
  'unclaimed-segments', // takes a projection for done by what status() says of segments that nobody has had yet
  'skip-at-barrier', // skips while a resegmentation waits for the segment that stopped
  'second-instance',
  'restart',
  'server-restart',
  'crash', // the server loses its last commits
  'cut', // connections are ended by the server
  'rebuild',
  'pause',
  'faults', // handlers that fail
  'transient', // handlers that fail for a reason that passes
  'park', // onError: 'park-stream'
  'foreign-park', // parkBy by something else than what orders rows and segments
  'number-keys', // segmentBy and parkBy that give numbers
  'callbacks', // key, segmentBy and isTransient that throw
  'odd-errors', // errors whose text cannot be stored
  'odd-returns', // row handlers that return what is no row
  'vandals', // handlers that change their event
  'shared-values', // rows that keep a reference to what is in the event
  'retry',
  'discard',
  'isolation', // appends in transactions of the caller's, at all levels
  'at-once', // several appends at once in one transaction
  'stragglers', // transactions of other writers that stay open
  'tiny-pool', // down to one connection
  'wait-for', // looks at the rows when waitFor has resolved
] as const;

export type Dimension = (typeof DIMENSIONS)[number];

/** What the engine is known not to hold yet. To be emptied: take a name out when its fault is fixed. */
const NOT_YET: readonly Dimension[] = ['crash', 'shared-values', 'vandals'];

/**
 * Which are on: all that hold, or without those named in `FUZZ_OFF` (nothing: all there are), or only those in
 * `FUZZ_ONLY`. Both are lists with commas.
 */
export function dimensionsOn({ FUZZ_ONLY, FUZZ_OFF }: NodeJS.ProcessEnv = process.env): Set<Dimension> {
  const on = new Set<Dimension>(FUZZ_ONLY ? namesIn(FUZZ_ONLY) : DIMENSIONS);
  for (const name of FUZZ_OFF === undefined ? NOT_YET : namesIn(FUZZ_OFF)) on.delete(name);
  return on;
}

function namesIn(list: string): Dimension[] {
  const names = list.split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !(DIMENSIONS as readonly string[]).includes(name));
  if (unknown) throw new Error(`The fuzzer has no dimension "${unknown}". It has ${DIMENSIONS.join(', ')}.`);
  return names as Dimension[];
}
