/** What `JSON.stringify` calls: it cannot write a bigint by itself. On the prototype, so that nobody sees it. */
const PROTOTYPE = {
  toJSON(this: object): object {
    return withoutBigints(this) as object;
  },
};

/** An object that can go through `JSON.stringify`: positions become decimal strings, wherever they are in it. */
export function forJson<T extends object>(value: T): T {
  return Object.assign(Object.create(PROTOTYPE), value);
}

function withoutBigints(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(withoutBigints);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutBigints(one)]));
}
