import { floatText } from './float-text';

/** How PostgreSQL writes what it has read from a text; `undefined` where that is for it to say. */
type StoredText = (text: string) => string | undefined;

const INTEGER = /^[+-]?\d{1,40}$/;
const DECIMAL = /^([+-]?)(?=\.?\d)(\d{0,1000})(?:\.(\d{0,1000}))?$/;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const MOMENT = /^(\d{4}-\d\d-\d\d)[T ]\d/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{0,5}[1-9])?$/;
const BITS = /^[01]*$/;
const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?[1-9]\d|1?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?[1-9]\d|1?\d)$/;

/** What a type modifier says besides its number. */
const MODIFIER_HEADER = 4;

/** Texts that the type will not take are given back as they are, for the database to refuse. */
export function storedText(base: string, modifier: number, isEnum: boolean): StoredText {
  switch (isEnum ? 'text' : base) {
    case 'text':
    case 'character varying':
    case 'citext':
      return (text) => varyingText(text, modifier);
    case 'bpchar':
      return (text) => blankPadded(wellFormed(text), modifier - MODIFIER_HEADER);
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (text) => (INTEGER.test(text) ? BigInt(text.replace('+', '')).toString() : undefined);
    case 'numeric':
      return (text) => decimalText(text, modifier < 0 ? undefined : scaleOf(modifier));
    case 'real':
    case 'double precision':
      return (text) => floatText(text, base === 'real');
    case 'boolean':
      return (text) => ({ true: 't', t: 't', false: 'f', f: 'f' })[text];
    case 'uuid':
      return (text) => (UUID.test(text) ? uuidText(text) : undefined);
    case 'date':
      return (text) => dayText(MOMENT.exec(text)?.[1] ?? text);
    case 'time without time zone':
      return (text) => (modifier < 0 && TIME.test(text) ? text : undefined);
    case 'bit varying':
      return (text) => (BITS.test(text) ? text : undefined);
    case 'inet':
      return (text) => (IPV4.test(text) ? text : undefined);
    default:
      return () => undefined;
  }
}

/** Below 0 where it rounds to tens and more. */
export function scaleOf(modifier: number): number {
  return (((modifier - MODIFIER_HEADER) & 0x7ff) ^ 0x400) - 0x400;
}

/**
 * Half a surrogate pair, as cutting a text leaves it, is no letter in UTF-8: it is sent as a replacement character.
 * @param modifier how long the column lets it be; below 0 where the table says nothing
 */
export function varyingText(text: string, modifier: number): string {
  const sent = wellFormed(text);
  const length = modifier - MODIFIER_HEADER;
  return modifier < 0 || sent.length <= length ? sent : withoutBlanksBeyond(length, sent, Array.from(sent));
}

/** A text as it is sent. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

/** The database counts letters as people do, not as JavaScript. */
function blankPadded(text: string, length: number): string {
  if (length <= 0) return text;
  const letters = Array.from(text);
  if (letters.length <= length) return text + ' '.repeat(length - letters.length);
  return withoutBlanksBeyond(length, text, letters);
}

/** The database cuts off blanks to make a text fit, and nothing else. */
function withoutBlanksBeyond(length: number, text: string, letters: readonly string[]): string {
  if (letters.length <= length || letters.slice(length).some((letter) => letter !== ' ')) return text;
  return letters.slice(0, length).join('');
}

/**
 * As PostgreSQL rounds: halves away from zero.
 * @param scale how many digits are kept behind the point; all where nothing is said
 */
function decimalText(text: string, scale: number | undefined): string | undefined {
  if (text === 'NaN') return text;
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = digitsOf(whole, fraction, scale ?? fraction.length);
  return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

function digitsOf(whole: string, fraction: string, scale: number): string {
  if (scale < 0) {
    const unit = 10n ** BigInt(-scale);
    const rounded = ((BigInt(whole || '0') + unit / 2n) / unit) * unit;
    return rounded.toString();
  }
  const half = (fraction[scale] ?? '0') >= '5' ? 1n : 0n;
  const digits = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0')) + half;
  const kept = digits.toString().padStart(scale + 1, '0');
  return scale === 0 ? kept : `${kept.slice(0, -scale)}.${kept.slice(-scale)}`;
}

function uuidText(text: string): string {
  return text
    .replaceAll('-', '')
    .toLowerCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function dayText(text: string): string | undefined {
  return isDay(text) ? text : undefined;
}

export function isDay(text: string): boolean {
  const [, year, month, day] = DAY.exec(text) ?? [];
  if (!year || year === '0000') return false;
  // Every 400 years the calendar begins again.
  const date = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
