import { isoText } from './iso-text';

/** A value as the text that PostgreSQL reads it from; `null` for what is missing. */
export function toText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return dateText(value);
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  if (ArrayBuffer.isView(value))
    return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
  if (Array.isArray(value)) return nestedArrayText(value, toText);
  if (typeof value === 'object') return objectText(value);
  // What -0 is in a column is what 0 is.
  return Object.is(value, -0) ? '0' : `${value as number}`;
}

/** Objects that know how they are written, as the intervals that `pg` reads, say it as they would to `pg`. */
function objectText(value: object): string | null {
  const { toPostgres } = value as { toPostgres?: (write: (value: unknown) => string | null) => unknown };
  return typeof toPostgres === 'function' ? toText(toPostgres.call(value, toText)) : JSON.stringify(value);
}

/** An array literal of what `write` makes of each item: values of one column. */
export function arrayText<T>(items: readonly T[], write: (item: T) => string | null): string {
  const elements: string[] = [];
  for (const item of items) elements.push(elementText(write(item)));
  return `{${elements.join()}}`;
}

const ESCAPED = /["\\]/g;

/** Always quoted: then no text is taken for anything else. */
function elementText(element: string | null): string {
  if (element === null) return 'NULL';
  const isPlain = !element.includes('"') && !element.includes('\\');
  return isPlain ? `"${element}"` : `"${element.replace(ESCAPED, '\\$&')}"`;
}

/** The value of an array column; arrays inside are dimensions of their own. */
export function nestedArrayText(
  values: readonly unknown[],
  write: (value: unknown) => string | null,
): string {
  const elements = values.map((value) =>
    Array.isArray(value) ? nestedArrayText(value, write) : elementText(write(value)),
  );
  return `{${elements.join()}}`;
}

/** In UTC, with its offset; as `pg` does where the year has no four digits, or is the one before the first. */
function dateText(date: Date): string {
  if (Number.isNaN(date.getTime())) return 'Invalid Date';
  const text = isoText(date);
  if (text.length === 24 && !text.startsWith('0000')) return text;
  const year = date.getUTCFullYear();
  const rest = text.slice(text.indexOf('-', 1));
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`;
}

const two = (part: number): string => String(part).padStart(2, '0');

/** In local time without an offset, which a column without a time zone would ignore. */
export function localDateText(date: Date): string {
  const year = date.getFullYear();
  const day = `${String(year > 0 ? year : 1 - year).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, '0')}${year > 0 ? '' : ' BC'}`;
}
