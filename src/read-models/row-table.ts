import type { ClientBase, CustomTypesConfig, QueryArrayConfig } from 'pg';
import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import type { StatementNames } from '../database/statement-names';
import { type ColumnType, readColumnTypes } from './column-type';
import { rowColumns, rowMetadata } from './entity-columns';
import type { RowColumn } from './row-column';
import { type RowKey, RowKeys, shown } from './row-keys';
import { RowResult } from './row-result';
import { loadSql } from './row-sql';
import { type EncodedChanges, type RowChanges, RowWriter } from './row-writer';
import {
  InvalidRowError,
  RowKeyMismatchError,
  UnsetColumnError,
  UnsupportedRowEntityError,
} from './row.errors';
import { sizeOfValue } from './size-of-value';
import { readTableIndexes } from './table-indexes';
import { SettledValues } from './settled-values';
import { type CellTexts, storedTexts } from './stored-texts';
import { UNKNOWN } from './stored-form';
import { UniqueColumns } from './unique-values';
import { quoted, quotedPath } from '../database/identifiers';

export interface LoadedRow {
  readonly id: string;
  readonly row: object;
  /** The transaction that wrote it last. */
  readonly xmin: string;
}

/** A row's place in memory besides its columns' values, in bytes. */
const ROW_BYTES = 200;
const COLUMN_BYTES = 32;

/** The table of an entity: loads and saves its rows in bulk, as TypeORM would one by one. */
export class RowTable {
  readonly entity: string;
  /** Qualified and quoted. */
  readonly table: string;
  private readonly columns: readonly RowColumn[];
  /** What a plain copy of a row would share with it. */
  private readonly unshared: readonly RowColumn[];
  private readonly results: RowResult;
  /** Rows with values that were given in a form that only the database knows the stored one of. */
  private readonly given = new WeakMap<object, GivenTexts>();
  /** Where there never were any, none need be looked for. */
  private anyGiven = false;
  /** The properties with embedded values. */
  private readonly embedded: ReadonlySet<string>;
  private readonly keyColumns: readonly RowColumn[];
  private readonly dated: readonly RowColumn[];
  private readonly notInserted: readonly RowColumn[];
  private readonly notUpdated: readonly RowColumn[];
  private readonly keys: RowKeys;
  /** Whether `settle` looks at more of the row before than whether there was one. */
  readonly needsBefore: boolean;
  private readonly create: () => object;
  private readonly isInstance: (row: object) => boolean;
  private writer: RowWriter | undefined;
  /** What keeps two rows from having the same values, besides the key. */
  uniques = new UniqueColumns([], []);
  /** Whether rows may be taken away and put back in a save. */
  mayReplace = false;

  /**
   * @param names left out where a statement's failure would be the application's
   * @throws UnknownRowEntityError, UnsupportedRowEntityError
   */
  constructor(
    dataSource: DataSource,
    private readonly projection: string,
    entity: EntityTarget<ObjectLiteral>,
    private readonly names: StatementNames | undefined,
  ) {
    const metadata = rowMetadata(dataSource, projection, entity);
    const { target, primaryColumns, tablePath } = metadata;
    this.entity = metadata.name;
    this.table = quotedPath(tablePath);
    this.columns = rowColumns(metadata, dataSource.driver);
    this.unshared = this.columns.filter(({ isShared }) => !isShared);
    this.embedded = new Set(this.columns.flatMap(({ embeddedIn }) => embeddedIn ?? []));
    this.keyColumns = primaryColumns.map(({ propertyPath }) =>
      this.columns.find(({ property }) => property === propertyPath)!,
    );
    this.dated = this.columns.filter(
      ({ isCreateDate, isUpdateDate, isVersion }) => isCreateDate || isUpdateDate || isVersion,
    );
    this.notInserted = this.columns.filter(({ isInserted, isPrimary }) => !isInserted && !isPrimary);
    this.notUpdated = this.columns.filter(({ isUpdated, isPrimary }) => !isUpdated && !isPrimary);
    this.needsBefore = this.notUpdated.length > 0 || this.dated.some(({ isVersion }) => isVersion);
    const types = primaryColumns.map((column) => dataSource.driver.normalizeType(column));
    this.keys = new RowKeys(projection, this.entity, this.keyColumns, types);
    this.create = () => metadata.create() as object;
    const isInstance = (row: object) => typeof target === 'function' && row instanceof target;
    this.results = new RowResult(metadata, isInstance);
    this.isInstance = typeof target === 'function' ? isInstance : () => true;
  }

  /**
   * The `id` of the key that a key function gave.
   * @throws InvalidRowKeyError
   */
  idOf(given: unknown): string {
    return this.keys.idOf(given);
  }

  keyOf(id: string): RowKey {
    return this.keys.keyOf(id);
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
    settled = new SettledValues(),
  ): object {
    const row = this.isInstance(given) ? given : this.instanceOf(given);
    this.settleKey(row, key);
    for (const column of before ? this.notUpdated : this.notInserted)
      column.set(row, before && column.get(before));
    for (const column of this.dated) this.settleDate(column, row, before, now);
    let texts: Map<RowColumn, string> | undefined;
    let isOpen = false;
    for (let at = 0; at < this.columns.length; at++) {
      const column = this.columns[at]!;
      const value = column.get(row);
      if (value === undefined) {
        this.settleUnset(column, row);
        continue;
      }
      if (settled.has(at, value)) continue;
      const stored = column.settle(value);
      if (stored === UNKNOWN || column.readsInOwnWay) {
        const text = column.write(value);
        if (text !== null) (texts ??= new Map<RowColumn, string>()).set(column, text);
      }
      if (stored === UNKNOWN) isOpen = true;
      else if (!Object.is(stored, value)) column.set(row, stored);
      if (!column.readsInOwnWay) settled.note(at, stored);
    }
    if (texts) this.setGiven(row, { texts, isOpen });
    else if (this.anyGiven) this.given.delete(row);
    return row;
  }

  /**
   * A row that a handler returned, as one that nobody else has: what the handler may keep a reference to is copied.
   * @param handed the row that the handler got
   * @throws InvalidRowError
   */
  take(result: unknown, handed: object | undefined): object {
    const problem = this.results.problemOf(result);
    if (problem) throw new InvalidRowError(this.projection, this.entity, problem);
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

  /** Changes to the copy leave the row as it is. */
  copy(row: object): object {
    const copy = Object.assign(this.create(), row) as Record<string, unknown>;
    for (const property of this.embedded) copy[property] = undefined;
    for (const column of this.unshared) column.set(copy, column.copy(column.get(row)));
    const given = this.given.get(row);
    if (given) this.setGiven(copy, given);
    return copy;
  }

  /** About how many bytes the row takes in memory. */
  sizeOf(row: object): number {
    let bytes = ROW_BYTES;
    for (const column of this.columns) bytes += COLUMN_BYTES + sizeOfValue(column.get(row));
    return bytes;
  }

  /** @param lock whether the rows stay locked to the end of the client's transaction */
  async load(client: ClientBase, keys: readonly RowKey[], lock = false): Promise<LoadedRow[]> {
    await this.open(client);
    await this.keys.checkForms(client, keys);
    const query: QueryArrayConfig = {
      text: loadSql(this.table, this.keyColumns, this.columns, lock),
      values: this.writer!.keyArrays(keys),
      rowMode: 'array',
      types: AS_WRITTEN,
    };
    const { rows } = await (this.names
      ? this.names.sendAlone<[string, ...(string | null)[]]>(client, query, keys.length)
      : client.query<[string, ...(string | null)[]]>(query));
    const asked = new Set(keys.map(({ id }) => id));
    return rows.map(([xmin, ...values]) => {
      const row = this.create();
      for (let at = 0; at < values.length; at++) {
        const column = this.columns[at]!;
        column.set(row, column.read(values[at]!));
      }
      const id = this.keys.idOfRow(row);
      this.keys.check(asked, id);
      return { id, row, xmin };
    });
  }

  /** Turns changes into parameters now, to be saved later, when rows may have changed again. A load has been before. */
  encode(changes: RowChanges): EncodedChanges {
    return this.writer!.encode(changes);
  }

  /** Finds out what the database knows of the table; to be called before anything is done with its rows. */
  async open(client: ClientBase): Promise<void> {
    this.writer ??= await this.prepare(client);
  }

  /** @param name in the database */
  columnOf(name: string): RowColumn | undefined {
    return this.columns.find(({ databaseName }) => databaseName === name);
  }

  private async prepare(client: ClientBase): Promise<RowWriter> {
    const types = await readColumnTypes(client, this.table);
    for (const column of this.columns) {
      const type = types.get(column.databaseName);
      if (!type) throw new Error(`${this.table} has no column ${column.name}, which ${this.entity} has`);
      column.resolve(type, client);
      const problem = unreadable(type);
      if (problem)
        throw new UnsupportedRowEntityError(
          this.projection,
          this.entity,
          `its column ${column.property} ${problem}`,
        );
    }
    const textOf = (column: RowColumn, row: object) =>
      this.textGiven(column, row) ?? column.write(column.get(row));
    const { unique, mayReplace, stored } = await readTableIndexes(client, this.table);
    this.uniques = new UniqueColumns(unique, this.columns);
    this.mayReplace = mayReplace;
    const options = {
      otherColumns: stored.filter((name) => !this.columnOf(name)).map(quoted),
      hasArbiter: unique.some(({ columns, isExact }) => isExact && isSameSet(columns, this.keyColumns)),
    };
    return new RowWriter(
      this.projection,
      this.table,
      this.keyColumns,
      this.columns,
      this.names,
      options,
      textOf,
    );
  }

  private textGiven(column: RowColumn, row: object): string | undefined {
    return this.anyGiven ? this.given.get(row)?.texts.get(column) : undefined;
  }

  private setGiven(row: object, given: GivenTexts): void {
    this.anyGiven = true;
    this.given.set(row, given);
  }

  private instanceOf(given: object): object {
    const row = this.create();
    for (const column of this.columns) {
      const value = column.get(given);
      if (value !== undefined) column.set(row, value);
    }
    return row;
  }

  private settleKey(row: object, key: RowKey): void {
    for (let at = 0; at < this.keyColumns.length; at++) {
      const column = this.keyColumns[at]!;
      const value = column.get(row);
      const wanted = key.values[at]!;
      if (value === wanted) continue;
      if (value === undefined) column.set(row, column.read(wanted));
      else if (this.keys.textAt(at, value) !== wanted)
        throw new RowKeyMismatchError(this.projection, this.entity, column.property, wanted, shown(value));
      // A text may mean another moment where it is written. The letters of a citext are the handler's.
      else if (typeof value === 'string' && column.baseType !== 'citext')
        column.set(row, column.read(wanted));
    }
  }

  private settleUnset(column: RowColumn, row: object): void {
    const { unset } = column;
    if ('why' in unset) throw new UnsetColumnError(this.projection, this.entity, column.property, unset.why);
    column.set(row, unset.value);
  }

  private settleDate(column: RowColumn, row: object, before: object | undefined, now: Date): void {
    if (column.isVersion) column.set(row, before ? Number(column.get(before)) + 1 : 1);
    else if (column.isUpdateDate || column.get(row) === undefined) column.set(row, column.readDate(now));
  }
}

/** Leaves every value as PostgreSQL wrote it: what becomes of it is decided by its column. */
const AS_WRITTEN: CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

interface GivenTexts {
  readonly texts: ReadonlyMap<RowColumn, string>;
  /** Whether the values of the row are still as they were given. */
  readonly isOpen: boolean;
}

/** What `pg` would read wrongly, as the session has it written, and what then would be saved so. */
function unreadable({ base, session }: ColumnType): string | undefined {
  if (base.startsWith('interval') && session.intervalStyle !== 'postgres')
    return `is an interval, which cannot be read in the IntervalStyle ${session.intervalStyle} of the database: set it to postgres`;
  if (!session.isIso && /^(date|timestamp).*\[\]$/.test(base))
    return 'is an array of dates, which cannot be read in the DateStyle of the database: set it to ISO';
  return undefined;
}

function isSameSet(names: readonly string[], columns: readonly RowColumn[]): boolean {
  return names.length === columns.length && columns.every(({ databaseName }) => names.includes(databaseName));
}
