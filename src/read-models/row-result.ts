import type { DataSource } from 'typeorm';
import { isPlainObject } from './plain-object';

type EntityMetadata = ReturnType<DataSource['getMetadata']>;

/** Objects that no row is: whatever they hold is in no property of theirs. */
const NO_ROWS = [
  Map,
  Set,
  WeakMap,
  WeakSet,
  Date,
  RegExp,
  Error,
  Promise,
  ArrayBuffer,
  Number,
  String,
  Boolean,
];

/** Tells rows from what a handler returned by mistake. */
export class RowResult {
  private readonly known: ReadonlySet<string>;

  /** @param isInstance tells the entity's own */
  constructor(
    private readonly metadata: EntityMetadata,
    private readonly isInstance: (row: object) => boolean,
  ) {
    this.known = new Set([
      ...metadata.columns.map(({ propertyPath }) => propertyPath.split('.')[0]!),
      ...metadata.relations.map(({ propertyName }) => propertyName),
      ...metadata.embeddeds.map(({ propertyName }) => propertyName),
      // Fields that are no columns, and stand in every instance.
      ...Object.keys(metadata.create()),
    ]);
  }

  /** @returns what is wrong with a row that a handler returned, to be read after "returned" */
  problemOf(result: unknown): string | undefined {
    if (typeof result !== 'object' || result === null) return describe(result);
    if (Array.isArray(result)) return 'an array';
    if (
      !this.isInstance(result) &&
      !isPlainObject(result) &&
      (ArrayBuffer.isView(result) || NO_ROWS.some((type) => result instanceof type))
    )
      return `a ${result.constructor.name}`;
    for (const name in result)
      if (!this.known.has(name) && isGiven(result, name))
        return `an object with ${name}, which is no property of ${this.metadata.name}`;
    return undefined;
  }
}

/** Methods and accessors of a class are no properties of the row, nor is what is not there. */
function isGiven(result: object, name: string): boolean {
  return Object.hasOwn(result, name) && (result as Record<string, unknown>)[name] !== undefined;
}

function describe(result: unknown): string {
  if (typeof result === 'string') return `the text ${JSON.stringify(result.slice(0, 50))}`;
  return typeof result === 'symbol' || typeof result === 'function'
    ? `a ${typeof result}`
    : `the ${typeof result} ${String(result)}`;
}
