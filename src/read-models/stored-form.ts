import type { ColumnType } from './column-type';
import { copyDate, exactText } from './exact-dates';
import { realNumber } from './float-text';
import { jsonForm } from './json-form';
import { isDay, scaleOf, varyingText } from './stored-text';

/** What a value comes back as cannot be told without a longer look. */
export const UNKNOWN = Symbol('unknown');

/** What a reload shows of a value that is in its column's own form already, or `UNKNOWN`. */
export type StoredForm = (value: unknown) => unknown;

const WHOLE = /^(?:0|-?[1-9]\d*)$/;
const DECIMAL = /^(?!-[0.]*$)-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Times before and after are written with more than four digits, or with "BC". */
const FIRST_YEAR = Date.UTC(1000, 0);
const LAST_YEAR = Date.UTC(9999, 11, 31);
const MS_DIGITS = 3;
const DAY_MS = 86_400_000;

/**
 * The short way for values that most handlers give: no text is made of them. To be used where `pg` reads the type as it
 * comes with it, and TypeORM adds nothing. What is no scalar is copied, so that a row shares nothing that can change.
 */
export function storedForm(type: ColumnType): StoredForm {
  const { base } = type;
  if (base.endsWith('[]')) return arrayForm({ ...type, base: base.slice(0, -2) });
  switch (type.isEnum ? 'text' : base) {
    case 'text':
    case 'character varying':
    case 'citext':
      return textForm(type.modifier);
    case 'smallint':
    case 'integer':
      return (value) => (Number.isInteger(value) ? (value as number) + 0 : UNKNOWN);
    case 'bigint':
      return (value) => (typeof value === 'string' && WHOLE.test(value) ? value : UNKNOWN);
    case 'numeric':
      return decimalForm(type.modifier);
    case 'real':
    case 'double precision':
      return type.session.isExact ? floatForm(base === 'real') : () => UNKNOWN;
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : UNKNOWN);
    case 'uuid':
      return (value) => (typeof value === 'string' && UUID.test(value) ? value : UNKNOWN);
    case 'timestamp with time zone':
      return momentForm(type, () => true);
    case 'timestamp without time zone':
      return momentForm(type, isFirst);
    case 'date':
      return (value) => (typeof value === 'string' && isDay(value) ? value : UNKNOWN);
    case 'bytea':
      return (value) => (Buffer.isBuffer(value) ? Buffer.from(value) : UNKNOWN);
    case 'json':
      return (value) => jsonForm(value, false);
    case 'jsonb':
      return (value) => jsonForm(value, true);
    default:
      return () => UNKNOWN;
  }
}

function textForm(modifier: number): StoredForm {
  return (value) => (typeof value === 'string' ? varyingText(value, modifier) : UNKNOWN);
}

function decimalForm(modifier: number): StoredForm {
  const scale = modifier < 0 ? undefined : scaleOf(modifier);
  return (value) => {
    if (typeof value !== 'string' || !DECIMAL.test(value)) return UNKNOWN;
    if (scale === undefined) return value;
    const digits = value.includes('.') ? value.length - 1 - value.indexOf('.') : 0;
    return digits === scale ? value : UNKNOWN;
  };
}

function floatForm(isReal: boolean): StoredForm {
  return (value) => {
    if (typeof value !== 'number') return UNKNOWN;
    if (!isReal || !Number.isFinite(value)) return value + 0;
    return realNumber(value) ?? UNKNOWN;
  };
}

/** @param isKept whether a moment that the column has room for comes back as it is */
function momentForm({ base, modifier }: ColumnType, isKept: (date: Date) => boolean): StoredForm {
  const unit = modifier < 0 || modifier >= MS_DIGITS ? 1 : 10 ** (MS_DIGITS - modifier);
  return (value) => {
    if (!(value instanceof Date)) return UNKNOWN;
    const time = value.getTime();
    if (!(time >= FIRST_YEAR && time <= LAST_YEAR && time % unit === 0 && isKept(value))) return UNKNOWN;
    const exact = exactText(value, base);
    if (exact === undefined) return new Date(value);
    return modifier < 0 || digitsOf(exact) <= modifier ? copyDate(value) : UNKNOWN;
  };
}

/** How many digits a moment has behind its point. */
function digitsOf(exact: string): number {
  return /\.(\d+)/.exec(exact)?.[1]?.length ?? 0;
}

/** Of the two moments that one local time means where clocks go back, the first is read. */
function isFirst(date: Date): boolean {
  const dayBefore = new Date(date.getTime() - DAY_MS);
  if (dayBefore.getTimezoneOffset() === date.getTimezoneOffset()) return true;
  const day = [date.getFullYear(), date.getMonth(), date.getDate()] as const;
  const read = new Date(
    ...day,
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
    date.getMilliseconds(),
  );
  return read.getTime() === date.getTime();
}

/** `pg` reads the decimals in an array as numbers, and its dates without a time as local ones. */
const NOT_IN_ARRAYS = new Set(['date', 'numeric', 'citext', 'json', 'jsonb']);

/** Of one dimension. */
function arrayForm(element: ColumnType): StoredForm {
  const form = NOT_IN_ARRAYS.has(element.base) || element.isEnum ? undefined : storedForm(element);
  return (value) => {
    if (!Array.isArray(value) || !form) return UNKNOWN;
    const copy: unknown[] = [];
    for (const item of value) {
      const stored = item === null ? null : form(item);
      if (stored === UNKNOWN) return UNKNOWN;
      copy.push(stored);
    }
    return copy;
  };
}
