import type { ClientBase } from 'pg';
import { keyTextOf } from './key-text';
import { InvalidRowKeyError } from './row.errors';
import type { RowColumn } from './row-column';
import { UNKNOWN } from './stored-form';
import { storedTexts } from './stored-texts';

/** A primary key, in a form in which equal ones are equal. */
export interface RowKey {
  readonly id: string;
  /** The values as text, in the order of the key's columns. */
  readonly values: readonly string[];
}

/** Turns what key functions give, and what rows have, into keys. */
export class RowKeys {
  private readonly texts: readonly ((value: unknown) => string | undefined)[];

  /** @param types as TypeORM calls them */
  constructor(
    private readonly projection: string,
    private readonly entity: string,
    private readonly columns: readonly RowColumn[],
    private readonly types: readonly string[],
  ) {
    this.texts = types.map(keyTextOf);
  }

  /**
   * The `id` of the key that a key function gave.
   * @throws InvalidRowKeyError
   */
  idOf(given: unknown): string {
    if (isRecord(given)) return this.idOfRow(given);
    const [only] = this.columns;
    if (this.columns.length === 1) return this.textOf(only!, 0, given);
    throw this.invalid(`is ${shown(given)}, and not an object with ${this.names}`);
  }

  /** The `id` of a row's key. */
  idOfRow(row: object): string {
    const texts = this.columns.map((column, index) => this.textOf(column, index, column.get(row)));
    return texts.length === 1 ? texts[0]! : JSON.stringify(texts);
  }

  /** Every event needs an `id`, but only a row that is not in memory needs its key. */
  keyOf(id: string): RowKey {
    return { id, values: this.columns.length === 1 ? [id] : (JSON.parse(id) as string[]) };
  }

  /** @returns `undefined` for what is no value of the key's column at that index */
  textAt(index: number, value: unknown): string | undefined {
    if (value === null || value === undefined) return undefined;
    return this.texts[index]!(this.columns[index]!.prepareKey(value));
  }

  /**
   * To be called once the database has told the types of the columns.
   * @throws InvalidRowKeyError of a key that the table would have in another form: a reload would not find it again
   */
  async checkForms(client: ClientBase, keys: readonly RowKey[]): Promise<void> {
    const asked: { key: RowKey; texts: Map<RowColumn, string> }[] = [];
    for (const key of keys) {
      let texts: Map<RowColumn, string> | undefined;
      for (let index = 0; index < this.columns.length; index++) {
        const column = this.columns[index]!;
        const text = key.values[index]!;
        const stored = column.settleText(text);
        if (stored === UNKNOWN) (texts ??= new Map<RowColumn, string>()).set(column, text);
        else this.checkForm(key, index, stored);
      }
      if (texts) asked.push({ key, texts });
    }
    if (asked.length === 0) return;
    const told = await storedTexts(
      client,
      asked.map(({ texts }) => texts),
    );
    asked.forEach(({ key, texts }, at) => {
      for (const [column, stored] of told[at]!) {
        this.checkForm(key, this.columns.indexOf(column), column.read(stored));
        column.learn(texts.get(column)!, stored!);
      }
    });
  }

  /** @throws InvalidRowKeyError as a key that was not asked for means that a key's text is not the one it is read as */
  check(asked: ReadonlySet<string>, id: string): void {
    if (asked.has(id)) return;
    throw this.invalid(`is ${shown(id)} in the database, which a key function must give in the same form`);
  }

  private checkForm(key: RowKey, index: number, stored: unknown): void {
    const text = key.values[index]!;
    if (this.textAt(index, stored) === text) return;
    const { property } = this.columns[index]!;
    throw this.invalid(
      `has ${shown(text)} for ${property}, of which its column makes ${shown(stored)}: the function must give what the column has`,
    );
  }

  private textOf(column: RowColumn, index: number, value: unknown): string {
    const text = this.textAt(index, value);
    if (text !== undefined) return text;
    throw this.invalid(`has ${shown(value)} for ${column.property}, which is no ${this.types[index]!}`);
  }

  private get names(): string {
    return this.columns.map(({ property }) => property).join(' and ');
  }

  private invalid(problem: string): InvalidRowKeyError {
    return new InvalidRowKeyError(this.projection, this.entity, problem);
  }
}

function isRecord(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || value instanceof Date) return false;
  return !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  return typeof value === 'bigint' || typeof value === 'number'
    ? `${value}`
    : (JSON.stringify(value) ?? typeof value);
}
