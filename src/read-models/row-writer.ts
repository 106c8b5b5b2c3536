import type { ClientBase, QueryArrayConfig } from 'pg';
import type { StatementNames } from '../statements/statement-names';
import { inOrder } from './in-order';
import type { RowColumn } from './row-column';
import type { RowKey } from './row-keys';
import { deleteSql, insertSql, updateSql } from './row-sql';
import { ForeignWriteError } from './row.errors';
import { arrayText } from './to-text';

/** Which transaction wrote a row last: read when the row is saved, as the batch before may be about to write it. */
export interface Stamp {
  readonly xmin: string;
}

export interface RowChanges {
  readonly inserts: readonly { readonly key: RowKey; readonly row: object }[];
  readonly updates: readonly { readonly key: RowKey; readonly row: object; readonly stamp: Stamp }[];
  readonly deletes: readonly { readonly key: RowKey; readonly stamp: Stamp }[];
}

/** Changes as parameters of the statements that make them. */
export interface EncodedChanges {
  /** @throws ForeignWriteError when a row is not as it was read */
  save(client: ClientBase): Promise<void>;
}

/**
 * Saves rows with one statement for all inserts, one for all updates and one for all deletes. New rows and known ones
 * part, because an upsert costs both.
 */
export class RowWriter {
  private readonly updated: readonly RowColumn[];
  private readonly insertSql: string;
  private readonly updateSql: string;
  private readonly deleteSql: string;

  constructor(
    private readonly projection: string,
    private readonly table: string,
    private readonly keys: readonly RowColumn[],
    private readonly columns: readonly RowColumn[],
    private readonly names: StatementNames | undefined,
    private readonly textOf: (column: RowColumn, row: object) => string | null,
  ) {
    this.updated = [...keys, ...columns.filter(({ isUpdated }) => isUpdated)];
    this.insertSql = insertSql(table, keys, columns);
    this.updateSql = updateSql(table, keys, this.updated);
    this.deleteSql = deleteSql(table, keys);
  }

  keyArrays(keys: readonly RowKey[]): string[] {
    return this.keys.map((_, at) => arrayText(keys, ({ values }) => values[at]!));
  }

  encode({ inserts, updates, deletes }: RowChanges): EncodedChanges {
    const inserted = this.arrays(this.columns, inserts);
    const updated = this.arrays(this.updated, updates);
    const deleted = this.keyArrays(deletes.map(({ key }) => key));
    return {
      save: async (client) => {
        await inOrder(client, [
          // Deletes first: a row may come again in the place of a deleted one.
          () => this.run(client, this.deleteSql, deleted, deletes.length, deletes),
          () => this.run(client, this.insertSql, inserted, inserts.length),
          () => this.run(client, this.updateSql, updated, updates.length, updates),
        ]);
      },
    };
  }

  private arrays(columns: readonly RowColumn[], rows: readonly { readonly row: object }[]): string[] {
    if (rows.length === 0) return [];
    return columns.map((column) => arrayText(rows, ({ row }) => this.textOf(column, row)));
  }

  private async run(
    client: ClientBase,
    sql: string,
    arrays: readonly string[],
    count: number,
    stamped?: readonly { readonly stamp: Stamp }[],
  ): Promise<void> {
    if (count === 0) return;
    const stamps = stamped && [arrayText(stamped, ({ stamp }) => stamp.xmin)];
    const query: QueryArrayConfig = {
      text: sql,
      values: [...arrays, ...(stamps ?? [])],
      rowMode: 'array',
    };
    const { rowCount } = await (this.names ? this.names.send(client, query, count) : client.query(query));
    if (rowCount !== count) throw new ForeignWriteError(this.projection, this.table, count, rowCount ?? 0);
  }
}
