import type { ClientBase } from 'pg';
import type { CachedRow, CachedRows } from './cached-row';
import type { Cascades } from './cascades';
import type { RowTable } from './row-table';
import type { EncodedChanges, RowChanges } from './row-writer';
import { InseparableRowsError } from './row.errors';
import { inTheWay, layersOf, type UniqueMove } from './unique-moves';

/** What a batch changes in a table. */
export interface TableChanges {
  /** How many rows. */
  readonly count: number;
  readonly encoded: EncodedChanges;
  /** @param transaction the one that they were written by */
  committed(transaction: string): void;
}

/** The rows of one table in a session. */
export class TableSession implements CachedRows {
  /**
   * Two generations make a cheap LRU: rows that are used move to the young one, and when that is full the old one is
   * dropped. At most once a batch, so that rows of the batch in flight are always there.
   */
  private young = new Map<string, CachedRow>();
  private old = new Map<string, CachedRow>();
  private youngBytes = 0;
  private missing: CachedRow[] = [];
  private changed: CachedRow[] = [];
  /** Rows of the batch that hold values in a form that only the database knows the stored one of. */
  private readonly open = new Set<CachedRow>();
  private now = new Date();

  private alone = false;

  constructor(
    private readonly table: RowTable,
    private readonly cascades: Cascades,
  ) {}

  /** @param alone whether the batch is one event, and cannot be parted */
  begin(now: Date, cacheBytes: number, alone: boolean): void {
    this.now = now;
    this.alone = alone;
    this.missing = [];
    this.changed = [];
    this.open.clear();
    if (this.youngBytes <= cacheBytes / 2) return;
    this.old = this.young;
    this.young = new Map();
    this.youngBytes = 0;
  }

  /** @param keys what a user's key function gave: several of them */
  rowsOf(keys: readonly unknown[]): readonly CachedRow[] {
    return [...new Set(keys.map((key) => this.rowOf(key)))];
  }

  /** @param given a key as a user's key function gave it */
  rowOf(given: unknown): CachedRow {
    const id = this.table.idOf(given);
    let row = this.young.get(id);
    if (row) return this.noteOpen(row);
    row = this.old.get(id);
    if (row) this.old.delete(this.noteOpen(row).key.id);
    else {
      row = {
        key: this.table.keyOf(id),
        value: undefined,
        settled: undefined,
        xmin: '',
        stored: false,
        replaced: false,
        changed: false,
      };
      this.missing.push(row);
    }
    this.young.set(id, row);
    this.youngBytes += row.value ? this.table.sizeOf(row.value) : id.length;
    return row;
  }

  /** Whether rows of the batch are not in memory, or not as a reload would show them. */
  get isMissingRows(): boolean {
    return this.missing.length > 0 || this.open.size > 0;
  }

  /** Whether a handler may not see the row yet. */
  isOpen(row: CachedRow): boolean {
    return this.open.size > 0 && this.open.has(row);
  }

  /** Makes all rows of the batch what a reload would show. */
  async ask(client: ClientBase): Promise<void> {
    const rows = [...this.open].flatMap(({ value }) => value ?? []);
    this.open.clear();
    if (rows.length > 0) await this.table.askFor(client, rows);
  }

  async load(client: ClientBase, lock: boolean): Promise<void> {
    await this.ask(client);
    if (this.missing.length === 0) return;
    const keys = this.missing.map(({ key }) => key);
    for (const { id, row, xmin } of await this.table.load(client, keys, lock)) {
      const cached = this.young.get(id)!;
      cached.value = row;
      cached.xmin = xmin;
      cached.stored = true;
      if (!this.table.uniques.isEmpty) cached.uniques = this.table.uniques.of(row);
      this.youngBytes += this.table.sizeOf(row);
    }
  }

  /** Whether a row that a handler returns can only be settled with the row as it was before. */
  get needsBefore(): boolean {
    return this.table.needsBefore;
  }

  copyOf({ value }: CachedRow): object | undefined {
    return value && this.table.copy(value);
  }

  /** @param before the row as the handler got it, for when it leaves the row alone */
  keep(row: CachedRow, result: unknown, before: object | undefined): void {
    if (result === undefined) {
      row.value = before;
      return;
    }
    if (result === null) {
      this.remove(row);
    } else {
      if (row.replaced && row.stored && !this.alone && this.cascades.beginAt(this.table))
        throw new InseparableRowsError('A row that others go with is deleted and made again');
      const own = this.table.take(result, row.value);
      row.value = this.table.settle(own, row.key, before, this.now, (row.settled ??= this.table.unsettled()));
      if (this.table.isOpen(row.value)) this.open.add(row);
      if (!before) this.youngBytes += this.table.sizeOf(row.value);
      this.cascades.settled(this.table, row);
      this.touch(row);
    }
  }

  /** Deletes a row, with what goes with it. */
  remove(row: CachedRow): void {
    const { value } = row;
    row.value = undefined;
    row.replaced = true;
    this.touch(row);
    if (value) this.cascades.removed(this.table, value, row.stored);
  }

  touch(row: CachedRow): void {
    if (row.changed) return;
    row.changed = true;
    this.changed.push(row);
  }

  /** All that are in memory. */
  get rows(): Iterable<CachedRow> {
    return [...this.old.values(), ...this.young.values()];
  }

  /** @returns what changed; `undefined` where nothing did */
  end(): TableChanges | undefined {
    const { changed } = this;
    if (changed.length === 0) return undefined;
    const inserts = changed.filter(({ value, stored, replaced }) => value && (!stored || replaced));
    const updates = changed.filter(({ value, stored, replaced }) => value && stored && !replaced);
    const deletes = changed.filter(({ stored, replaced }) => stored && replaced);
    const encoded = this.table.encode({
      inserts: inserts.map(({ key, value }) => ({ key, row: value! })),
      deletes: deletes.map((row) => ({ key: row.key, stamp: row })),
      ...this.updatesOf(updates),
    });
    for (const row of changed) {
      row.stored = row.value !== undefined;
      row.changed = false;
      row.replaced = false;
    }
    return {
      count: changed.length,
      encoded,
      committed: (transaction) => {
        for (const row of changed) row.xmin = transaction;
      },
    };
  }

  reset(): void {
    this.young = new Map();
    this.old = new Map();
    this.youngBytes = 0;
    this.open.clear();
  }

  /** Updates in an order in which rows may take over each other's unique values. */
  private updatesOf(rows: readonly CachedRow[]): Omit<RowChanges, 'inserts' | 'deletes'> {
    const { uniques, mayReplace } = this.table;
    if (uniques.isEmpty) return { updates: rows.map(changeOf) };
    const moves: UniqueMove<CachedRow>[] = rows.map((row) => ({
      row,
      from: row.uniques!,
      to: uniques.of(row.value!),
    }));
    const blocking = inTheWay(moves, uniques.isExact);
    for (const row of this.changed) row.uniques = row.value && uniques.of(row.value);
    if (blocking.size === 0) return { updates: rows.map(changeOf) };
    if (mayReplace)
      return {
        replaced: rows.filter((row) => blocking.has(row)).map(changeOf),
        updates: rows.filter((row) => !blocking.has(row)).map(changeOf),
      };
    const layers = layersOf(moves).map((layer) => layer.map(changeOf));
    return { earlier: layers.slice(0, -1), updates: layers.at(-1)! };
  }

  private noteOpen(row: CachedRow): CachedRow {
    if (row.value && this.table.isOpen(row.value)) this.open.add(row);
    return row;
  }
}

const changeOf = (row: CachedRow) => ({ key: row.key, row: row.value!, stamp: row });
