import { copyDate } from './exact-dates';

/** A copy of what a column holds, that shares nothing that can change. */
export function deepCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return copyDate(value);
  if (Array.isArray(value)) return value.map(deepCopy);
  if (value instanceof Map)
    return new Map(Array.from(value, ([key, part]) => [deepCopy(key), deepCopy(part)]));
  if (value instanceof Set) return new Set(Array.from(value, deepCopy));
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  return copyOfParts(value);
}

/** Keeps the class, as transformers make instances. Those that hide what they are made of are taken for unchangeable. */
function copyOfParts(value: object): object {
  const parts = Object.entries(value);
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (parts.length === 0 && prototype !== Object.prototype && prototype !== null) return value;
  // Not by assignment, for which a key of JSON may be called __proto__.
  const copy = Object.fromEntries(parts.map(([key, part]) => [key, deepCopy(part)]));
  return prototype === Object.prototype ? copy : Object.assign(Object.create(prototype) as object, copy);
}
