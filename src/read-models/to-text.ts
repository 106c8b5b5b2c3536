/** A value as the text that PostgreSQL reads it from; `null` for what is missing. */
export function toText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return dateText(value);
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  if (ArrayBuffer.isView(value))
    return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
  if (Array.isArray(value)) return nestedArrayText(value);
  if (typeof value === 'object') return objectText(value);
  // What -0 is in a column is what 0 is.
  return Object.is(value, -0) ? '0' : `${value as number}`;
}

/** Objects that know how they are written, as the intervals that `pg` reads, say it as they would to `pg`. */
function objectText(value: object): string | null {
  const { toPostgres } = value as { toPostgres?: (write: (value: unknown) => string | null) => unknown };
  return typeof toPostgres === 'function' ? toText(toPostgres.call(value, toText)) : JSON.stringify(value);
}

/** An array literal of texts that are values of one column. */
export function arrayText(elements: readonly (string | null)[]): string {
  let text = '{';
  for (let index = 0; index < elements.length; index++) {
    if (index > 0) text += ',';
    text += elementText(elements[index]!);
  }
  return text + '}';
}

const PLAIN = /^[\w.:+-]+$/;
const ESCAPED = /["\\]/g;

function elementText(element: string | null): string {
  if (element === null) return 'NULL';
  if (PLAIN.test(element) && !(element.length === 4 && element.toUpperCase() === 'NULL')) return element;
  return `"${element.replace(ESCAPED, '\\$&')}"`;
}

/** The value of an array column; arrays inside are dimensions of their own. */
function nestedArrayText(values: readonly unknown[]): string {
  return `{${values.map((value) => (Array.isArray(value) ? nestedArrayText(value) : elementText(toText(value)))).join()}}`;
}

/** In UTC, with its offset; as `pg` does where the year has no four digits. */
function dateText(date: Date): string {
  const ms = date.getTime();
  if (ms >= 0 && ms < YEAR_10000) return recentText(ms);
  if (Number.isNaN(ms)) return 'Invalid Date';
  const text = date.toISOString();
  if (text.length === 24) return text;
  const year = date.getUTCFullYear();
  const rest = text.slice(text.indexOf('-', 1));
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`;
}

const YEAR_10000 = Date.UTC(10_000, 0);
const DAY_MS = 86_400_000;

const padded = (count: number, digits: number): string[] =>
  Array.from({ length: count }, (_, part) => String(part).padStart(digits, '0'));
const TWO = padded(60, 2);
const THREE = padded(1_000, 3);

const lastDay = { day: -1, text: '' };

/** What `toISOString` says, which takes several times as long; dates that are written together are often of one day. */
function recentText(ms: number): string {
  const day = Math.floor(ms / DAY_MS);
  if (day !== lastDay.day) {
    lastDay.day = day;
    lastDay.text = new Date(day * DAY_MS).toISOString().slice(0, 11);
  }
  const within = ms - day * DAY_MS;
  const seconds = Math.floor(within / 1_000);
  const minutes = Math.floor(seconds / 60);
  return `${lastDay.text}${TWO[Math.floor(minutes / 60)]}:${TWO[minutes % 60]}:${TWO[seconds % 60]}.${THREE[within % 1_000]}Z`;
}

const two = (part: number): string => String(part).padStart(2, '0');

/** In local time without an offset, which a column without a time zone would ignore. */
export function localDateText(date: Date): string {
  const year = date.getFullYear();
  const day = `${String(year > 0 ? year : 1 - year).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, '0')}${year > 0 ? '' : ' BC'}`;
}
