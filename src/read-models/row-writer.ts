import type { ClientBase, QueryArrayConfig } from 'pg';
import type { StatementNames } from '../database/statement-names';
import { inOrder } from './in-order';
import type { RowColumn } from './row-column';
import type { RowKey } from './row-keys';
import { deleteSql, insertSql, replaceSql, updateSql } from './row-sql';
import { ForeignWriteError } from './row.errors';
import { arrayText } from '../database/to-text';
import { ALONE, type WriteStep } from '../database/write-step';
import type { WritePhases } from './write-phases';

/** Which transaction wrote a row last: read when the row is saved, as the batch before may be about to write it. */
interface Stamp {
  readonly xmin: string;
}

interface Changed {
  readonly key: RowKey;
  readonly row: object;
  readonly stamp: Stamp;
}

export interface RowChanges {
  readonly inserts: readonly { readonly key: RowKey; readonly row: object }[];
  readonly updates: readonly Changed[];
  readonly deletes: readonly { readonly key: RowKey; readonly stamp: Stamp }[];
  /** Updates that make room for those behind them, each before the next. */
  readonly earlier?: readonly (readonly Changed[])[];
  /** Updates of rows whose unique values others take, and which therefore are taken away first. */
  readonly replaced?: readonly Changed[];
}

/** Changes as parameters of the statements that make them. */
export interface EncodedChanges {
  /** The parameters are turned into text by now, but for who wrote the rows last. */
  readonly phases: () => WritePhases;
  /** @throws ForeignWriteError when a row is not as it was read */
  save(client: ClientBase): Promise<void>;
}

/** What the database knows of a table that matters to how rows are written. */
export interface WriterOptions {
  /** Columns that the entity does not have, quoted, but for those that the database computes. */
  readonly otherColumns: readonly string[];
  /** Whether a unique index of the key is checked at once. */
  readonly hasArbiter: boolean;
}

/**
 * Saves rows with one statement for all deletes, one for all updates and one for all inserts. New rows and known ones
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
    private readonly options: WriterOptions,
    private readonly textOf: (column: RowColumn, row: object) => string | null,
  ) {
    this.updated = [...keys, ...columns.filter(({ isUpdated }) => isUpdated)];
    this.insertSql = insertSql(table, keys, columns, options.hasArbiter);
    this.updateSql = updateSql(table, keys, this.updated);
    this.deleteSql = deleteSql(table, keys);
  }

  keyArrays(keys: readonly RowKey[]): string[] {
    return this.keys.map((_, at) => arrayText(keys, ({ values }) => values[at]!));
  }

  encode({ inserts, updates, deletes, earlier = [], replaced = [] }: RowChanges): EncodedChanges {
    const inserted = this.arrays(this.columns, inserts);
    const updated = [...earlier, updates].map((rows) => [rows, this.arrays(this.updated, rows)] as const);
    const putBack = this.arrays(this.updated, replaced);
    const deleted = this.keyArrays(deletes.map(({ key }) => key));
    const phases = (): WritePhases => [
      this.deletion(deleted, deletes),
      [
        ...this.replacement(putBack, replaced),
        ...updated.flatMap(([rows, arrays]) => this.update(arrays, rows)),
      ],
      this.insertion(inserted, inserts.length),
    ];
    return {
      phases,
      save: async (client) => {
        // Deletes first: a row may come again in the place of a deleted one.
        await inOrder(
          client,
          phases()
            .flat()
            .map((step) => () => this.run(client, step)),
        );
      },
    };
  }

  private arrays(columns: readonly RowColumn[], rows: readonly { readonly row: object }[]): string[] {
    if (rows.length === 0) return [];
    return columns.map((column) => arrayText(rows, ({ row }) => this.textOf(column, row)));
  }

  private deletion(arrays: readonly string[], rows: RowChanges['deletes']): WriteStep[] {
    const { table, keys } = this;
    return this.step(this.deleteSql, [...arrays, stampsOf(rows)], rows.length, (name, place) => [
      [name, `${deleteSql(table, keys, place)} RETURNING 1`],
    ]);
  }

  private update(arrays: readonly string[], rows: readonly Changed[]): WriteStep[] {
    const { table, keys, updated } = this;
    return this.step(this.updateSql, [...arrays, stampsOf(rows)], rows.length, (name, place) => [
      [name, `${updateSql(table, keys, updated, place)} RETURNING 1`],
    ]);
  }

  private replacement(arrays: readonly string[], rows: readonly Changed[]): WriteStep[] {
    if (rows.length === 0) return [];
    const { table, keys, updated } = this;
    const kept = this.columns.filter((column) => !updated.includes(column)).map(({ name }) => name);
    const others = [...kept, ...this.options.otherColumns];
    const [deletion, insertion] = replaceSql(table, keys, updated, others, 'd', ALONE);
    const text = `WITH d AS (${deletion}) ${insertion}`;
    return this.step(text, [...arrays, stampsOf(rows)], rows.length, (name, place) => {
      const parts = replaceSql(table, keys, updated, others, `${name}d`, place);
      return [
        [`${name}d`, parts[0]],
        [name, `${parts[1]} RETURNING 1`],
      ];
    });
  }

  private insertion(arrays: readonly string[], count: number): WriteStep[] {
    const { table, keys, columns, options } = this;
    return this.step(this.insertSql, arrays, count, (name, place) => [
      [name, `${insertSql(table, keys, columns, options.hasArbiter, place)} RETURNING 1`],
    ]);
  }

  private step(
    text: string,
    values: readonly string[],
    count: number,
    parts: WriteStep['parts'],
  ): WriteStep[] {
    return count === 0 ? [] : [{ table: this.table, text, parts, values, count }];
  }

  private async run(client: ClientBase, { text, values, count }: WriteStep): Promise<void> {
    const query: QueryArrayConfig = { text, values: [...values], rowMode: 'array' };
    const { rowCount } = await (this.names ? this.names.send(client, query, count) : client.query(query));
    if (rowCount !== count) throw new ForeignWriteError(this.projection, this.table, count, rowCount ?? 0);
  }
}

function stampsOf(rows: readonly { readonly stamp: Stamp }[]): string {
  return arrayText(rows, ({ stamp }) => stamp.xmin);
}
