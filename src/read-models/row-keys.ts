import { keyText } from './key-text';
import { InvalidRowKeyError } from './row.errors';
import type { RowColumn } from './row-column';

/** A primary key, in a form in which equal ones are equal. */
export interface RowKey {
  readonly id: string;
  /** The values as text, in the order of the key's columns. */
  readonly values: readonly string[];
}

/** Turns what key functions give, and what rows have, into keys. */
export class RowKeys {
  constructor(
    private readonly projection: string,
    private readonly entity: string,
    private readonly columns: readonly RowColumn[],
    private readonly types: readonly string[],
  ) {}

  /** @throws InvalidRowKeyError */
  of(given: unknown): RowKey {
    const [only] = this.columns;
    if (this.columns.length === 1 && !isRecord(given)) return this.make([this.textOf(only!, 0, given)]);
    if (!isRecord(given)) throw this.invalid(`is ${describe(given)}, and not an object with ${this.names}`);
    return this.make(this.columns.map((column, index) => this.textOf(column, index, column.get(given))));
  }

  ofRow(row: object): RowKey {
    return this.make(this.columns.map((column, index) => this.textOf(column, index, column.get(row))));
  }

  private make(values: readonly string[]): RowKey {
    return { id: values.length === 1 ? values[0]! : JSON.stringify(values), values };
  }

  private textOf(column: RowColumn, index: number, value: unknown): string {
    const type = this.types[index]!;
    if (typeof value === 'string' && type === 'text') return value;
    const text = keyText(type, value, column.write);
    if (text === undefined)
      throw this.invalid(`has ${describe(value)} for ${column.property}, which is no ${type}`);
    return text;
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
  return !Array.isArray(value) && !Buffer.isBuffer(value);
}

function describe(value: unknown): string {
  return typeof value === 'bigint' ? `${value}` : (JSON.stringify(value) ?? typeof value);
}
