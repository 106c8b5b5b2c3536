import type { ClientBase } from 'pg';
import type { RowColumn } from './row-column';
import { type RowKey, type RowKeys, shown } from './row-keys';
import type { RowResult } from './row-result';
import { InvalidRowError, RowKeyMismatchError, UnsetColumnError } from './row.errors';
import { SettledColumns, type SettledValues } from './settled-values';
import { UNKNOWN } from './stored-form';
import { type CellTexts, storedTexts } from './stored-texts';

export interface SettlerParts {
  readonly projection: string;
  readonly entity: string;
  readonly columns: readonly RowColumn[];
  readonly keyColumns: readonly RowColumn[];
  readonly keys: RowKeys;
  readonly results: RowResult;
  readonly create: () => object;
  readonly isInstance: (row: object) => boolean;
}

/** Values of a row that were given in a form that only the database knows the stored one of. */
interface GivenTexts {
  readonly texts: ReadonlyMap<RowColumn, string>;
  /** Whether the values of the row are still as they were given. */
  readonly isOpen: boolean;
}

/** Makes of what handlers return rows as a reload would show them. */
export class RowSettler {
  private readonly dated: readonly RowColumn[];
  private readonly notInserted: readonly RowColumn[];
  private readonly notUpdated: readonly RowColumn[];
  /** Where the columns of the key are among all. */
  private readonly keyPlaces: readonly number[];
  private readonly settledColumns: SettledColumns;
  private readonly given = new WeakMap<object, GivenTexts>();
  /** Where there never were any, none need be looked for. */
  private anyGiven = false;
  /** Whether `settle` looks at more of the row before than whether there was one. */
  readonly needsBefore: boolean;

  constructor(private readonly parts: SettlerParts) {
    const { columns } = parts;
    this.dated = columns.filter(
      ({ isCreateDate, isUpdateDate, isVersion }) => isCreateDate || isUpdateDate || isVersion,
    );
    this.notInserted = columns.filter(({ isInserted, isPrimary }) => !isInserted && !isPrimary);
    this.notUpdated = columns.filter(({ isUpdated, isPrimary }) => !isUpdated && !isPrimary);
    this.needsBefore = this.notUpdated.length > 0 || this.dated.some(({ isVersion }) => isVersion);
    this.settledColumns = new SettledColumns(columns.map(({ isMoment }) => isMoment));
    this.keyPlaces = parts.keyColumns.map((column) => columns.indexOf(column));
  }

  /**
   * Makes a row that a handler returned what a reload would show.
   * @param before the row as the handler got it, if there was one
   * @param settled what the row was settled to when the handler got it; this notes what it is now
   * @throws RowKeyMismatchError, UnsetColumnError
   */
  settle(
    given: object,
    key: RowKey,
    before: object | undefined,
    now: Date,
    settled = this.unsettled(),
  ): object {
    const row = this.parts.isInstance(given) ? given : this.instanceOf(given);
    this.settleKey(row, key, settled);
    for (const column of before ? this.notUpdated : this.notInserted)
      column.set(row, before && column.get(before));
    for (const column of this.dated) this.settleDate(column, row, before, now);
    const texts = this.settleColumns(row, settled);
    if (texts) this.setGiven(row, texts);
    else if (this.anyGiven) this.given.delete(row);
    return row;
  }

  /** Of a row of which nothing is settled yet. */
  unsettled(): SettledValues {
    return this.settledColumns.begin();
  }

  /**
   * A row that a handler returned, as one that nobody else has: what the handler may keep a reference to is copied.
   * @param handed the row that the handler got
   * @throws InvalidRowError
   */
  take(result: unknown, handed: object | undefined): object {
    const { projection, entity, results } = this.parts;
    const problem = results.problemOf(result);
    if (problem) throw new InvalidRowError(projection, entity, problem);
    return result === handed ? handed! : this.instanceOf(result as object);
  }

  /** Whether only the database can tell what the row's values come back as. */
  isOpen(row: object): boolean {
    return this.anyGiven && (this.given.get(row)?.isOpen ?? false);
  }

  /** Makes rows what a reload would show, by what the database says. */
  async askFor(client: ClientBase, rows: readonly object[]): Promise<void> {
    const open = rows.filter((row) => this.isOpen(row));
    if (open.length === 0) return;
    const cells: CellTexts[] = open.map((row) => this.given.get(row)!.texts);
    const stored = await storedTexts(client, cells);
    open.forEach((row, at) => {
      const { texts } = this.given.get(row)!;
      for (const [column, text] of stored[at]!) {
        if (text !== null) column.learn(texts.get(column)!, text);
        column.set(row, column.read(text));
      }
      this.setGiven(row, { texts, isOpen: false });
    });
  }

  /** The text that a value was given as, where it may say more than the value. */
  textOf(column: RowColumn, row: object): string | undefined {
    return this.anyGiven ? this.given.get(row)?.texts.get(column) : undefined;
  }

  /** Told of a copy of a row. */
  copied(row: object, copy: object): void {
    const given = this.given.get(row);
    if (given) this.setGiven(copy, given);
  }

  /** @returns the texts of what says less than it was given as, or of which that is not known yet */
  private settleColumns(row: object, settled: SettledValues): GivenTexts | undefined {
    const { columns } = this.parts;
    const { settledColumns } = this;
    let texts: Map<RowColumn, string> | undefined;
    let isOpen = false;
    for (let at = 0; at < columns.length; at++) {
      const column = columns[at]!;
      const value = column.get(row);
      if (value === undefined) {
        this.settleUnset(column, row);
        continue;
      }
      if (settledColumns.has(settled, at, value)) continue;
      const stored = column.settle(value);
      if (stored === UNKNOWN || column.readsInOwnWay) {
        const text = column.write(value);
        if (text !== null) (texts ??= new Map<RowColumn, string>()).set(column, text);
      }
      if (stored === UNKNOWN) isOpen = true;
      else if (!Object.is(stored, value)) column.set(row, stored);
      if (!column.readsInOwnWay) settledColumns.note(settled, at, stored);
    }
    return texts && { texts, isOpen };
  }

  private setGiven(row: object, given: GivenTexts): void {
    this.anyGiven = true;
    this.given.set(row, given);
  }

  private instanceOf(given: object): object {
    const row = this.parts.create();
    for (const column of this.parts.columns) {
      const value = column.get(given);
      if (value !== undefined) column.set(row, value);
    }
    return row;
  }

  private settleKey(row: object, key: RowKey, settled: SettledValues): void {
    const { projection, entity, keyColumns, keys } = this.parts;
    const { settledColumns } = this;
    for (let at = 0; at < keyColumns.length; at++) {
      const column = keyColumns[at]!;
      const value = column.get(row);
      if (settledColumns.has(settled, this.keyPlaces[at]!, value)) continue;
      const wanted = key.values[at]!;
      if (value === wanted) continue;
      if (value === undefined) column.set(row, column.read(wanted));
      else if (keys.textAt(at, value) !== wanted)
        throw new RowKeyMismatchError(projection, entity, column.property, wanted, shown(value));
      // A text may mean another moment where it is written. The letters of a citext are the handler's.
      else if (typeof value === 'string' && column.baseType !== 'citext')
        column.set(row, column.read(wanted));
    }
  }

  private settleUnset(column: RowColumn, row: object): void {
    const { unset } = column;
    const { projection, entity } = this.parts;
    if ('why' in unset) throw new UnsetColumnError(projection, entity, column.property, unset.why);
    column.set(row, unset.value);
  }

  private settleDate(column: RowColumn, row: object, before: object | undefined, now: Date): void {
    if (column.isVersion) column.set(row, before ? Number(column.get(before)) + 1 : 1);
    else if (column.isUpdateDate || column.get(row) === undefined) column.set(row, column.readDate(now));
  }
}
