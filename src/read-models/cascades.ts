import type { CachedRow, CachedRows } from './cached-row';
import type { RowTable } from './row-table';
import { DanglingRowError } from './row.errors';
import type { Cascade, TableLinks } from './table-links';
import { comparableText } from './unique-values';

/** Rows of a table by the row that they refer to. */
type Referring = Map<string, Set<CachedRow>>;

/**
 * Does to rows in memory what the database will do to those that refer to a deleted row, in the order of the events: it
 * then finds nothing left to do, and handlers see what a reload would show. Rows that are not in memory are left to it.
 */
export class Cascades {
  /** Made where the first row goes. */
  private readonly referring = new Map<Cascade, Referring>();
  private readonly gone = new Map<Cascade, Set<string>>();
  /** Whether the batch deletes rows that others, which are not in memory, may refer to. */
  reachBeyondMemory = false;

  constructor(
    private readonly projection: string,
    private readonly links: TableLinks,
    private readonly sessionOf: (table: RowTable) => CachedRows,
  ) {}

  begin(): void {
    this.referring.clear();
    this.gone.clear();
    this.reachBeyondMemory = false;
  }

  /** Whether a deletion in the table is more than that. */
  beginAt(table: RowTable): boolean {
    return this.links.cascades.some(({ parent }) => parent === table);
  }

  /** A row was deleted. */
  removed(table: RowTable, row: object, stored: boolean): void {
    for (const cascade of this.links.cascades) {
      if (cascade.parent !== table) continue;
      const text = textOf(cascade.referenced, row);
      if (text === undefined) continue;
      this.reachBeyondMemory ||= stored;
      const rows = this.referringBy(cascade).get(text);
      const gone = this.gone.get(cascade);
      if (gone) gone.add(text);
      else this.gone.set(cascade, new Set([text]));
      const referring = [...(rows ?? [])].filter(
        ({ value }) => value && textOf(cascade.columns, value) === text,
      );
      for (const child of referring) this.follow(cascade, child);
    }
  }

  /** A row was made or changed. */
  settled(table: RowTable, row: CachedRow): void {
    for (const cascade of this.links.cascades) {
      if (cascade.parent === table)
        this.gone.get(cascade)?.delete(textOf(cascade.referenced, row.value!) ?? '');
      const referring = cascade.child === table ? this.referring.get(cascade) : undefined;
      if (referring) add(referring, cascade, row);
    }
  }

  /** @throws DanglingRowError where a row refers to one that was deleted before: the database would delete it unasked */
  check(): void {
    for (const [cascade, texts] of this.gone)
      for (const text of texts)
        for (const { value } of this.referringBy(cascade).get(text) ?? [])
          if (value && textOf(cascade.columns, value) === text)
            throw new DanglingRowError(this.projection, cascade.child.entity, cascade.parent.entity, text);
  }

  private follow({ child, action, set }: Cascade, row: CachedRow): void {
    const session = this.sessionOf(child);
    if (action === 'cascade') return session.remove(row);
    for (const column of set) {
      const { unset } = column;
      column.set(
        row.value!,
        action === 'set default' && 'value' in unset ? unset.value : column.settle(null),
      );
    }
    session.touch(row);
  }

  private referringBy(cascade: Cascade): Referring {
    let referring = this.referring.get(cascade);
    if (!referring) {
      this.referring.set(cascade, (referring = new Map()));
      for (const row of this.sessionOf(cascade.child).rows) add(referring, cascade, row);
    }
    return referring;
  }
}

function add(referring: Referring, { columns }: Cascade, row: CachedRow): void {
  const text = row.value && textOf(columns, row.value);
  if (text === undefined) return;
  const rows = referring.get(text);
  if (rows) rows.add(row);
  else referring.set(text, new Set([row]));
}

/** `undefined` where a part is missing, and with it the reference. */
function textOf(columns: Cascade['columns'], row: object): string | undefined {
  const texts = columns.map((column) => comparableText(column, row));
  return texts.includes(null) ? undefined : JSON.stringify(texts);
}
