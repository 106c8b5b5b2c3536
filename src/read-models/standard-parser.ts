const MOMENT = '2024-01-02 03:04:05.678';

/** Texts of a type, and what `pg` by itself reads from them. */
const STANDARD: Readonly<Record<string, readonly [text: string, value: unknown]>> = {
  text: ['a', 'a'],
  'character varying': ['a', 'a'],
  bpchar: ['a', 'a'],
  citext: ['a', 'a'],
  smallint: ['7', 7],
  integer: ['7', 7],
  bigint: ['7', '7'],
  numeric: ['1.50', '1.50'],
  real: ['1.5', 1.5],
  'double precision': ['1.5', 1.5],
  boolean: ['t', true],
  uuid: ['a', 'a'],
  'timestamp with time zone': [`${MOMENT}+00`, new Date(`${MOMENT}Z`)],
  'timestamp without time zone': [MOMENT, new Date(MOMENT)],
  date: ['2024-01-02', '2024-01-02'],
  bytea: ['\\x61', Buffer.from('a')],
  json: ['[1,9007199254740993]', [1, 2 ** 53]],
  jsonb: ['[1,9007199254740993]', [1, 2 ** 53]],
};

/** Whether it is known how `pg` reads a type by itself. */
export function hasStandard(base: string): boolean {
  return Object.hasOwn(STANDARD, base);
}

/** Whether a type is read as `pg` does by itself, and not by a parser that the application has set. */
export function isStandard(base: string, isEnum: boolean, parse: (text: string) => unknown): boolean {
  const element = base.endsWith('[]') ? base.slice(0, -2) : undefined;
  const sample = isEnum ? STANDARD.text : STANDARD[element ?? base];
  if (!sample) return false;
  const [text, value] = sample;
  return element === undefined
    ? isSame(parse(text), value)
    : isSame(parse(`{"${text.replaceAll('\\', '\\\\')}",NULL}`), [value, null]);
}

function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(b))
    return Array.isArray(a) && a.length === b.length && b.every((part, at) => isSame(a[at], part));
  if (b instanceof Date) return a instanceof Date && a.getTime() === b.getTime();
  if (Buffer.isBuffer(b)) return Buffer.isBuffer(a) && a.equals(b);
  return Object.is(a, b);
}
