/** What a number, a place in an object, or what cannot be looked into counts for. */
const PLACE_BYTES = 8;
const DATE_BYTES = 32;

/**
 * About how many bytes a value of a column takes in memory. It is given whatever transformers make, and never throws: not
 * for a bigint, an object that contains itself, a Map, nor for a getter that throws.
 */
export function sizeOfValue(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let bytes = 0;
  const seen = new Set<unknown>();
  const left: unknown[] = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one === 'string') bytes += one.length;
    else if (typeof one !== 'object' || one === null) bytes += PLACE_BYTES;
    else if (one instanceof Date) bytes += DATE_BYTES;
    else if (ArrayBuffer.isView(one)) bytes += one.byteLength;
    else if (!seen.has(one)) {
      seen.add(one);
      for (const part of partsOf(one)) left.push(part);
    }
  }
  return bytes;
}

function partsOf(value: object): Iterable<unknown> {
  try {
    if (value instanceof Map) return [...(value as Map<unknown, unknown>)].flat(1);
    if (value instanceof Set) return [...(value as Set<unknown>)];
    return Array.isArray(value) ? (value as unknown[]) : Object.entries(value).flat(1);
  } catch {
    return [undefined];
  }
}
