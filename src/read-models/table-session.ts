import type { ClientBase } from 'pg';
import type { RowKey } from './row-keys';
import type { RowTable } from './row-table';

/** A row that a segment works on. */
export interface CachedRow {
  readonly key: RowKey;
  /** As handlers have left it; `undefined` where there is none. */
  value: object | undefined;
  /** The transaction that wrote it last. */
  xmin: string;
  /** Whether the database has it, once the batch in flight is committed. */
  stored: boolean;
  /** Whether it was deleted since it was stored: what comes in its place is another row. */
  replaced: boolean;
  changed: boolean;
}

export interface SavedChanges {
  committed(): void;
}

/** The rows of one table in a session. */
export class TableSession {
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

  constructor(private readonly table: RowTable) {}

  begin(now: Date, cacheBytes: number): void {
    this.now = now;
    this.missing = [];
    this.changed = [];
    this.open.clear();
    if (this.youngBytes <= cacheBytes / 2) return;
    this.old = this.young;
    this.young = new Map();
    this.youngBytes = 0;
  }

  /** @param keys what a user's key function gave: one key, or an array of them */
  rowsOf(keys: unknown): readonly CachedRow[] {
    if (!Array.isArray(keys)) return [this.rowOf(keys)];
    return [...new Set(keys.map((key) => this.rowOf(key)))];
  }

  /** Whether rows of the batch are not in memory, or not as a reload would show them. */
  get isMissingRows(): boolean {
    return this.missing.length > 0 || this.open.size > 0;
  }

  /** Whether a handler may not see the row yet. */
  isOpen(row: CachedRow): boolean {
    return this.open.has(row);
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
      row.value = undefined;
      row.replaced = true;
    } else {
      const own = this.table.take(result, row.value);
      row.value = this.table.settle(own, row.key, before, this.now);
      if (this.table.isOpen(row.value)) this.open.add(row);
      if (!before) this.youngBytes += this.table.sizeOf(row.value);
    }
    if (row.changed) return;
    row.changed = true;
    this.changed.push(row);
  }

  /** @returns how to save what changed; `undefined` when nothing did */
  end(): ((client: ClientBase, transaction: string) => Promise<SavedChanges>) | undefined {
    const { changed } = this;
    if (changed.length === 0) return undefined;
    const inserts = changed.filter(({ value, stored, replaced }) => value && (!stored || replaced));
    const updates = changed.filter(({ value, stored, replaced }) => value && stored && !replaced);
    const deletes = changed.filter(({ stored, replaced }) => stored && replaced);
    const encoded = this.table.encode({
      inserts: inserts.map(({ key, value }) => ({ key, row: value! })),
      updates: updates.map((row) => ({ key: row.key, row: row.value!, stamp: row })),
      deletes: deletes.map((row) => ({ key: row.key, stamp: row })),
    });
    for (const row of changed) {
      row.stored = row.value !== undefined;
      row.changed = false;
      row.replaced = false;
    }
    return async (client, transaction) => {
      await encoded.save(client);
      return {
        committed: () => {
          for (const row of changed) row.xmin = transaction;
        },
      };
    };
  }

  reset(): void {
    this.young = new Map();
    this.old = new Map();
    this.youngBytes = 0;
    this.open.clear();
  }

  private rowOf(given: unknown): CachedRow {
    const key = this.table.keyOf(given);
    let row = this.young.get(key.id);
    if (row) return this.noteOpen(row);
    row = this.old.get(key.id);
    if (row) this.old.delete(this.noteOpen(row).key.id);
    else {
      row = { key, value: undefined, xmin: '', stored: false, replaced: false, changed: false };
      this.missing.push(row);
    }
    this.young.set(key.id, row);
    this.youngBytes += row.value ? this.table.sizeOf(row.value) : key.id.length;
    return row;
  }

  private noteOpen(row: CachedRow): CachedRow {
    if (row.value && this.table.isOpen(row.value)) this.open.add(row);
    return row;
  }
}
