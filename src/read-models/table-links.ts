import type { ClientBase } from 'pg';
import type { StatementNames } from '../database/statement-names';
import { CombinedSave } from './combined-save';
import { type DeleteAction, type ForeignKey, readForeignKeys } from './foreign-keys';
import type { RowColumn } from './row-column';
import type { RowTable } from './row-table';
import { UnsupportedRowEntityError } from './row.errors';
import { haveSideEffects } from './side-effects';

/** A reference whose rows the database deletes or changes by itself. */
export interface Cascade {
  readonly child: RowTable;
  readonly parent: RowTable;
  /** In the order of `referenced`. */
  readonly columns: readonly RowColumn[];
  readonly referenced: readonly RowColumn[];
  readonly action: Exclude<DeleteAction, 'nothing'>;
  readonly set: readonly RowColumn[];
}

/** How the tables of a projection refer to each other, which the database is asked once. */
export class TableLinks {
  cascades: readonly Cascade[] = [];
  /** Whether rows are to be saved together. */
  areLinked = false;
  /** Whether the database may change rows by itself in ways that are not known here. */
  haveSideEffects = true;
  readonly combined: CombinedSave;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly projection: string,
    private readonly tables: readonly RowTable[],
    names: StatementNames | undefined,
  ) {
    this.combined = new CombinedSave(projection, names);
  }

  /** @throws UnsupportedRowEntityError */
  async read(client: ClientBase): Promise<void> {
    this.reading ??= this.readNow(client);
    try {
      await this.reading;
    } catch (error) {
      this.reading = undefined;
      throw error;
    }
  }

  private async readNow(client: ClientBase): Promise<void> {
    const names = this.tables.map(({ table }) => table);
    const keys = await readForeignKeys(client, names);
    const linked = new Set(keys.flatMap(({ child, parent }) => [this.tables[child]!, this.tables[parent]!]));
    for (const table of linked) await table.open(client);
    this.areLinked = keys.length > 0;
    this.haveSideEffects = await haveSideEffects(client, names);
    this.cascades = keys.flatMap((key) => this.cascadeOf(key) ?? []);
  }

  /** Columns that the entity does not have stay without a value, and refer to nothing. */
  private cascadeOf(key: ForeignKey): Cascade | undefined {
    const [child, parent] = [this.tables[key.child]!, this.tables[key.parent]!];
    const columns = key.columns.map((name) => child.columnOf(name));
    const referenced = key.referenced.map((name) => parent.columnOf(name));
    if (columns.includes(undefined) || referenced.includes(undefined)) return undefined;
    if (key.followsUpdates && referenced.some((column) => !column!.isPrimary))
      throw new UnsupportedRowEntityError(
        this.projection,
        child.entity,
        `its foreign key on ${key.columns.join(', ')} follows updates of columns that are no primary key (ON UPDATE), ` +
          'which rows in memory cannot: leave the action out, or let it refer to the primary key',
      );
    if (key.onDelete === 'nothing') return undefined;
    const set = key.set.flatMap((name) => child.columnOf(name) ?? []);
    const unknown = set.find((column) => key.onDelete === 'set default' && 'why' in column.unset);
    if (unknown)
      throw new UnsupportedRowEntityError(
        this.projection,
        child.entity,
        `its ${unknown.property} is set to a default on a deletion (ON DELETE SET DEFAULT), which only the database knows`,
      );
    return {
      child,
      parent,
      columns: columns as RowColumn[],
      referenced: referenced as RowColumn[],
      action: key.onDelete,
      set,
    };
  }
}
