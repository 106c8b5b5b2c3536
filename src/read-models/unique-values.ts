import { keyTextOf } from './key-text';
import type { RowColumn } from './row-column';
import type { UniqueIndex } from './table-indexes';

/** What a row has in each unique index; `undefined` where it can be in nobody's way. */
export type UniqueValues = readonly (string | undefined)[];

/** The values of rows in the unique indexes of their table, as texts that are the same for equal ones. */
export class UniqueColumns {
  private readonly indexes: readonly {
    readonly columns: readonly RowColumn[];
    readonly nullsAreEqual: boolean;
  }[];
  /** By index, whether two rows are in each other's way only where the texts are the same. */
  readonly isExact: readonly boolean[];

  constructor(unique: readonly UniqueIndex[], columns: readonly RowColumn[]) {
    const changing = unique.filter((index) =>
      columns.some(({ databaseName, isUpdated }) => isUpdated && index.columns.includes(databaseName)),
    );
    this.indexes = changing.map((index) => ({
      columns: columns.filter(({ databaseName }) => index.columns.includes(databaseName)),
      nullsAreEqual: index.nullsAreEqual || !index.isExact,
    }));
    this.isExact = changing.map(
      ({ isExact, columns: names }, at) => isExact && this.indexes[at]!.columns.length === names.length,
    );
  }

  get isEmpty(): boolean {
    return this.indexes.length === 0;
  }

  of(row: object): UniqueValues {
    return this.indexes.map(({ columns, nullsAreEqual }) => {
      const texts = columns.map((column) => comparableText(column, row));
      return nullsAreEqual || !texts.includes(null) ? JSON.stringify(texts) : undefined;
    });
  }
}

/** A value as a text that is the same for equal values of the column's type. */
export function comparableText(column: RowColumn, row: object): string | null {
  const text = column.write(column.get(row));
  return text === null ? null : (keyTextOf(column.baseType)(text) ?? text);
}
