import type { ClientBase, QueryArrayConfig } from 'pg';
import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';
import type { StatementNames } from '../database/statement-names';
import { type ColumnType, readColumnTypes } from './column-type';
import { rowColumns, rowMetadata } from './entity-columns';
import type { RowColumn } from './row-column';
import { type RowKey, RowKeys } from './row-keys';
import { RowResult } from './row-result';
import { RowSettler } from './row-settler';
import { loadSql } from './row-sql';
import { type EncodedChanges, type RowChanges, RowWriter } from './row-writer';
import { UnsupportedRowEntityError } from './row.errors';
import { sizeOfValue } from './size-of-value';
import { readTableIndexes } from './table-indexes';
import type { SettledValues } from './settled-values';
import { UniqueColumns } from './unique-values';
import { AS_WRITTEN } from '../database/as-written';
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
  private readonly settler: RowSettler;
  /** The properties with embedded values. */
  private readonly embedded: ReadonlySet<string>;
  private readonly keyColumns: readonly RowColumn[];
  private readonly keys: RowKeys;
  private readonly create: () => object;
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
    const types = primaryColumns.map((column) => dataSource.driver.normalizeType(column));
    this.keys = new RowKeys(projection, this.entity, this.keyColumns, types);
    this.create = () => metadata.create() as object;
    const isInstance = (row: object) => typeof target !== 'function' || row instanceof target;
    this.settler = new RowSettler({
      projection,
      entity: this.entity,
      columns: this.columns,
      keyColumns: this.keyColumns,
      keys: this.keys,
      results: new RowResult(metadata, (row) => typeof target === 'function' && row instanceof target),
      create: this.create,
      isInstance,
    });
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

  /** @see RowSettler.needsBefore */
  get needsBefore(): boolean {
    return this.settler.needsBefore;
  }

  /** @see RowSettler.settle */
  settle(given: object, key: RowKey, before: object | undefined, now: Date, settled?: SettledValues): object {
    return this.settler.settle(given, key, before, now, settled);
  }

  /** @see RowSettler.unsettled */
  unsettled(): SettledValues {
    return this.settler.unsettled();
  }

  /** @see RowSettler.take */
  take(result: unknown, handed: object | undefined): object {
    return this.settler.take(result, handed);
  }

  /** @see RowSettler.isOpen */
  isOpen(row: object): boolean {
    return this.settler.isOpen(row);
  }

  /** @see RowSettler.askFor */
  askFor(client: ClientBase, rows: readonly object[]): Promise<void> {
    return this.settler.askFor(client, rows);
  }

  /** Changes to the copy leave the row as it is. */
  copy(row: object): object {
    const copy = Object.assign(this.create(), row) as Record<string, unknown>;
    for (const property of this.embedded) copy[property] = undefined;
    for (const column of this.unshared) column.set(copy, column.copy(column.get(row)));
    this.settler.copied(row, copy);
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
      const problem = unfit(type);
      if (problem)
        throw new UnsupportedRowEntityError(
          this.projection,
          this.entity,
          `its column ${column.property} ${problem}`,
        );
    }
    const textOf = (column: RowColumn, row: object) =>
      this.settler.textOf(column, row) ?? column.write(column.get(row));
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
}

/** What the session would read or write so that it is saved wrongly. */
function unfit({ base, session }: ColumnType): string | undefined {
  if (!session.hasArrayNulls)
    return `would get the text NULL in the place of null, as array_nulls of the database is off: set it to on`;
  if (base.startsWith('interval') && session.intervalStyle !== 'postgres')
    return `is an interval, which cannot be read in the IntervalStyle ${session.intervalStyle} of the database: set it to postgres`;
  if (!session.isIso && /^(date|timestamp).*\[\]$/.test(base))
    return 'is an array of dates, which cannot be read in the DateStyle of the database: set it to ISO';
  return undefined;
}

function isSameSet(names: readonly string[], columns: readonly RowColumn[]): boolean {
  return names.length === columns.length && columns.every(({ databaseName }) => names.includes(databaseName));
}
