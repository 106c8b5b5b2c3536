import { types } from 'node:util';
import { MAX_DEPTH } from './json-depth';

/** Where in a value something stands that JSON cannot hold, as `.items[2].price`, and what it is. */
export interface JsonProblem {
  readonly path: string;
  readonly what: string;
}

/** What `findJsonProblem` gives for it, wherever it is: the path alone would fill a page. */
export const TOO_DEEP: JsonProblem = { path: '', what: `nested more than ${MAX_DEPTH} levels deep` };

/** What JSON.stringify turns into an empty object, or into one of indexes, without a word. */
const OPAQUE: readonly [(value: object) => boolean, string][] = [
  [types.isMap, 'a Map'],
  [types.isSet, 'a Set'],
  [types.isPromise, 'a Promise (is an await missing?)'],
  [types.isNativeError, 'an Error'],
  [types.isRegExp, 'a RegExp'],
  [types.isWeakMap, 'a WeakMap'],
  [types.isWeakSet, 'a WeakSet'],
  [types.isArrayBufferView, 'a typed array'],
  [types.isAnyArrayBuffer, 'an ArrayBuffer'],
  [types.isGeneratorObject, 'a generator'],
  [types.isMapIterator, 'an iterator'],
  [types.isSetIterator, 'an iterator'],
];

interface Trail {
  /** The keys that lead to the problem, the innermost first. */
  readonly keys: (string | number)[];
  /** How deep the search is. */
  level: number;
}

/**
 * Finds what JSON.stringify would drop or replace in silence: `{}` for a Map, `null` for NaN, nothing for a function. A
 * member that is `undefined` may vanish. Works out the path only where there is a problem.
 */
export function findJsonProblem(root: unknown): JsonProblem | undefined {
  const trail: Trail = { keys: [], level: 0 };
  const what = problemOf(root, '', trail);
  if (what === TOO_DEEP.what) return TOO_DEEP;
  return what === undefined ? undefined : { path: pathOf(trail.keys.toReversed()), what };
}

function problemOf(value: unknown, key: string, trail: Trail): string | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : String(value);
    case 'object':
      return value === null ? undefined : problemOfObject(value, key, trail);
    case 'bigint':
      return hasToJson(value) ? problemOfReplaced(value, key, trail) : 'a bigint';
    case 'undefined':
      return 'undefined';
    default:
      return hasToJson(value) ? problemOfReplaced(value, key, trail) : `a ${typeof value}`;
  }
}

function problemOfObject(value: object, key: string, trail: Trail): string | undefined {
  return hasToJson(value) ? problemOfReplaced(value, key, trail) : problemOfMembers(value, key, trail);
}

/** Also of what refers to itself, which is as deep as it is looked into. */
function problemOfMembers(value: object, key: string, trail: Trail): string | undefined {
  if (++trail.level > MAX_DEPTH) return TOO_DEEP.what;
  const what = Array.isArray(value) ? problemIn(value, trail) : problemWithin(value, key, trail);
  trail.level--;
  return what;
}

function problemWithin(value: object, key: string, trail: Trail): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const opaque = OPAQUE.find(([is]) => is(value));
    if (opaque) return opaque[1];
    if (types.isBoxedPrimitive(value)) return problemOf(value.valueOf(), key, trail);
  }
  for (const name of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[name];
    if (inner === undefined) continue;
    const what = problemOf(inner, name, trail);
    if (what === undefined) continue;
    trail.keys.push(name);
    return what;
  }
  return undefined;
}

function problemIn(values: readonly unknown[], trail: Trail): string | undefined {
  // By index: holes are passed over by every method, and JSON makes them null.
  for (let at = 0; at < values.length; at++) {
    const what = problemOf(values[at], String(at), trail);
    if (what === undefined) continue;
    trail.keys.push(at);
    return what;
  }
  return undefined;
}

interface Replaceable {
  toJSON(key: string): unknown;
}

function hasToJson(value: unknown): value is Replaceable {
  return typeof (value as Partial<Replaceable>).toJSON === 'function';
}

/** JSON takes what `toJSON` gives, and does not ask that for a `toJSON` of its own. */
function problemOfReplaced(value: Replaceable, key: string, trail: Trail): string | undefined {
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? 'an invalid Date' : undefined;
  const given = value.toJSON(key);
  // Libraries for dates give null for an invalid one.
  if (given === null) return isInvalid(value) ? 'an invalid date' : undefined;
  if (typeof given === 'object') return problemOfMembers(given, key, trail);
  const what = problemOf(given, key, trail);
  return what === undefined ? undefined : `an object whose toJSON gives ${what}`;
}

/** As Luxon has it, or as Moment and Day.js do. */
function isInvalid(value: object): boolean {
  const { isValid } = value as { isValid?: unknown };
  return isValid === false || (typeof isValid === 'function' && isValid.call(value) === false);
}

function pathOf(keys: Trail['keys']): string {
  return keys.map((key) => (typeof key === 'number' ? `[${key}]` : member(key))).join('');
}

function member(key: string): string {
  return /^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
