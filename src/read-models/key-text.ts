import { isFiner } from './exact-dates';
import { localDateText, toText } from '../database/to-text';

const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?\d+(\.\d+)?$/;
const PLAIN_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const DATE = /^(\d{4,})-(\d\d)-(\d\d)(?: BC)?$/;

type KeyText = (value: unknown) => string | undefined;

/** By type as TypeORM calls it. */
const TEXTS: Readonly<Record<string, KeyText>> = {
  smallint: integerText,
  integer: integerText,
  bigint: integerText,
  numeric: numericText,
  real: floatText,
  'double precision': floatText,
  uuid: uuidText,
  boolean: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  date: dateText,
  // With a blank, as PostgreSQL writes it and `pg` reads it.
  'timestamp with time zone': (value) => momentText(value, (date) => toText(date)!.replace('T', ' ')),
  'timestamp without time zone': (value) => momentText(value, localDateText),
  // Letter by letter, as the database does it: what a letter becomes depends on no other.
  // Blanks at its end say nothing.
  character: (value) => scalarText(value)?.replace(/ +$/, ''),
  citext: (value) => scalarText(value)?.replaceAll(/\p{L}/gu, (letter) => letter.toLowerCase()),
  bytea: toText as KeyText,
};

/**
 * Makes a value of a primary key's column text, the same for all that the column takes for equal; `undefined` of what
 * is no value of the column.
 */
export function keyTextOf(type: string): KeyText {
  return TEXTS[type] ?? scalarText;
}

function integerText(value: unknown): string | undefined {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? String(value === 0 ? 0 : value) : undefined;
  if (typeof value === 'bigint') return value.toString();
  return typeof value === 'string' && INTEGER.test(value)
    ? BigInt(value.replace('+', '')).toString()
    : undefined;
}

function numericText(value: unknown): string | undefined {
  const text = scalarText(value);
  if (text === undefined || typeof value === 'boolean' || !DECIMAL.test(text)) return undefined;
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return short
    .replace(/^\+/, '')
    .replace(/^(-?)0+(?=\d)/, '$1')
    .replace(/^-0$/, '0');
}

function floatText(value: unknown): string | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? toText(number)! : undefined;
}

function uuidText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (PLAIN_UUID.test(value)) return value;
  return UUID.test(value)
    ? value
        .replaceAll('-', '')
        .toLowerCase()
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    : undefined;
}

function dateText(value: unknown): string | undefined {
  const [, year, month, day] = (typeof value === 'string' && DATE.exec(value)) || [];
  if (!year) return undefined;
  // Every 400 years the calendar repeats itself.
  const date = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 ? (value as string) : undefined;
}

/** A moment to the microsecond is none: it would be one with all others in its millisecond. */
function momentText(value: unknown, write: (date: Date) => string): string | undefined {
  if (typeof value === 'string' && isFiner(value)) return undefined;
  const date = typeof value === 'string' ? new Date(value) : value;
  return date instanceof Date && !Number.isNaN(date.getTime()) ? write(date) : undefined;
}

/** An object is no text, and no text has a NUL. */
function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value.includes('\0') ? undefined : value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? (toText(value) ?? undefined)
    : undefined;
}
