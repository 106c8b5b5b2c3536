import { add, type Fold } from './fold';
import type { Database } from './tally-tables';

interface Stored {
  readonly position: string;
  readonly streamId: string;
  readonly version: number;
  readonly amount: number;
}

export interface TallyExpectation {
  /** @default every type */
  readonly types?: readonly string[];
  /** What the order of the log is held against: the whole store's or each stream's. @default 'store' */
  readonly order?: 'store' | 'stream';
  /** Whether writers under one epoch may change: where there are several segments, or a test breaks leases. @default false */
  readonly mixedEpochs?: boolean;
}

/** Holds when the projection has applied exactly the committed events, each once, in order, under one owner at a time. */
export async function expectTally(
  database: Database,
  projection: string,
  { types, order = 'store', mixedEpochs = false }: TallyExpectation = {},
): Promise<void> {
  const events = await database.query<Stored>(
    `SELECT global_position AS position, stream_id AS "streamId", version::int, (data->>'amount')::int AS amount
     FROM events WHERE $1::text[] IS NULL OR type = ANY ($1) ORDER BY global_position`,
    [types],
  );
  const log = await database.query<Stored & { owner: number; epoch: string }>(
    `SELECT position, stream_id AS "streamId", version, owner, epoch
     FROM tally_log WHERE projection = $1 ORDER BY serial`,
    [projection],
  );
  const applied = log.map(({ position }) => position);
  const committed = events.map(({ position }) => position);
  expect({ projection, lost: without(committed, applied), foreign: without(applied, committed) }).toEqual({
    projection,
    lost: [],
    foreign: [],
  });
  expect({ projection, doubled: repeated(applied) }).toEqual({ projection, doubled: [] });
  expect(disorder(log)).toEqual([]);
  if (order === 'store') expect(applied).toEqual(committed);
  if (!mixedEpochs) expect(contestedEpochs(log)).toEqual([]);
  expect(await foldsIn(database, projection)).toEqual(foldOf(events));
}

const without = (all: readonly string[], some: readonly string[]): string[] => {
  const known = new Set(some);
  return all.filter((one) => !known.has(one));
};

function repeated(all: readonly string[]): string[] {
  const seen = new Set<string>();
  return all.filter((one) => seen.size === seen.add(one).size);
}

/** The entries of the log that come before an earlier version of their stream. */
function disorder(log: readonly Stored[]): Stored[] {
  const last = new Map<string, number>();
  return log.filter(({ streamId, version }) => {
    const before = last.get(streamId) ?? 0;
    last.set(streamId, version);
    return version <= before;
  });
}

/** Epochs that more than one process wrote under, or that went on when a later one had begun. */
function contestedEpochs(log: readonly { owner: number; epoch: string }[]): string[] {
  const owners = new Map<string, Set<number>>();
  let latest = 0n;
  const late = new Set<string>();
  for (const { owner, epoch } of log) {
    owners.set(epoch, (owners.get(epoch) ?? new Set()).add(owner));
    if (BigInt(epoch) < latest) late.add(epoch);
    else latest = BigInt(epoch);
  }
  return [...owners].filter(([epoch, { size }]) => size > 1 || late.has(epoch)).map(([epoch]) => epoch);
}

function foldOf(events: readonly Stored[]): Record<string, Fold> {
  const folds: Record<string, Fold> = {};
  for (const { streamId, amount } of events)
    folds[streamId] = add(folds[streamId] ?? { n: 0, fold: 0 }, amount);
  return folds;
}

async function foldsIn(database: Database, projection: string): Promise<Record<string, Fold>> {
  const rows = await database.query<{ streamId: string; n: number; fold: string }>(
    'SELECT stream_id AS "streamId", n, fold FROM tally_folds WHERE projection = $1',
    [projection],
  );
  return Object.fromEntries(rows.map(({ streamId, n, fold }) => [streamId, { n, fold: Number(fold) }]));
}
