import type { RowKey } from './row-keys';
import type { SettledValues } from './settled-values';
import type { UniqueValues } from './unique-values';

/** A row that a segment works on. */
export interface CachedRow {
  readonly key: RowKey;
  /** As handlers have left it; `undefined` where there is none. */
  value: object | undefined;
  /** What its columns were settled to, once they were. */
  settled: SettledValues | undefined;
  /** The transaction that wrote it last. */
  xmin: string;
  /** Whether the database has it, once the batch in flight is committed. */
  stored: boolean;
  /** Whether it was deleted since it was stored: what comes in its place is another row. */
  replaced: boolean;
  changed: boolean;
  /** What it has in unique indexes, as it is stored; left out where there are none. */
  uniques?: UniqueValues;
}

/** The rows of a table that are in memory. */
export interface CachedRows {
  readonly rows: Iterable<CachedRow>;
  /** Notes that a row is gone. */
  remove(row: CachedRow): void;
  /** Notes that a row has changed. */
  touch(row: CachedRow): void;
}
