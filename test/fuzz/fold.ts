import type { FuzzData } from './plan';

/** A row as it is compared. */
export interface Row {
  readonly key: string;
  readonly n: number;
  /** Which no other order of the same events gives. */
  readonly fold: number;
  /** Beyond what a number holds. */
  readonly total: string;
  readonly tags: readonly number[];
  /** The events in it, in the order in which they were applied. */
  readonly positions: readonly number[];
}

export const MODULUS = 1_000_003;
export const MULTIPLIER = 31;
export const UNIT = 10_000_000_000_000n;

/** A row of nothing. */
const emptyRow = (key: string): Row => ({ key, n: 0, fold: 0, total: '0', tags: [], positions: [] });

/** What a row is after one more event. It changes nothing of what it is given. */
export function add(row: Row | undefined, key: string, { n, amount, tags }: FuzzData, position: number): Row {
  const before = row ?? emptyRow(key);
  return {
    key,
    n: before.n + 1,
    fold: (before.fold * MULTIPLIER + amount) % MODULUS,
    total: String(BigInt(before.total) + BigInt(amount) * UNIT),
    tags: row ? [...row.tags, n] : tags,
    positions: [...before.positions, position],
  };
}
