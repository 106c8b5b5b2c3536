/**
 * What JSON shows of a value once it was written and read again, as a copy that shares nothing with it.
 * @param sorted whether keys come in the order of `jsonb`: by length, then by bytes
 */
export function jsonForm(value: unknown, sorted: boolean): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      // There is no -0 in a number of jsonb, nor in what JSON makes of one.
      return Number.isFinite(value) ? value + 0 : null;
    case 'object':
      return value === null ? null : objectForm(value, sorted);
    default:
      return rewritten(value, sorted);
  }
}

function objectForm(value: object, sorted: boolean): unknown {
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function' || isBoxed(value))
    return rewritten(value, sorted);
  if (Array.isArray(value)) return value.map((item) => (isLeftOut(item) ? null : jsonForm(item, sorted)));
  const names = Object.keys(value);
  if (sorted && !names.every((name, at) => at === 0 || compareKeys(names[at - 1]!, name) < 0))
    names.sort(compareKeys);
  const form: Record<string, unknown> = {};
  for (const name of names) {
    const part = (value as Record<string, unknown>)[name];
    if (!isLeftOut(part)) setOwn(form, name, jsonForm(part, sorted));
  }
  return form;
}

/** The long way, for what says itself how it is written, and for what cannot be. */
function rewritten(value: unknown, sorted: boolean): unknown {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? null : jsonForm(JSON.parse(text) as unknown, sorted);
}

function isLeftOut(value: unknown): boolean {
  return value === undefined || typeof value === 'function' || typeof value === 'symbol';
}

const BOXED = new Set<object>([Number.prototype, String.prototype, Boolean.prototype]);

function isBoxed(value: object): boolean {
  return BOXED.has(Object.getPrototypeOf(value) as object);
}

/** As assigned, but for the one key that assigning means something else for. */
function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  else object[name] = value;
}

const ASCII = /^[\0-\x7f]*$/;

function compareKeys(a: string, b: string): number {
  if (ASCII.test(a) && ASCII.test(b)) return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  return Buffer.byteLength(a) - Buffer.byteLength(b) || Buffer.compare(Buffer.from(a), Buffer.from(b));
}
