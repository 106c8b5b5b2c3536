import type { ColumnType } from './column-type';

type Form = (value: unknown) => unknown;

const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?$/;
const MOMENT = /^(\d{4}-\d\d-\d\d)[T ]\d/;

const DAY_LENGTH = 10;

/** What a type modifier says besides its number. */
const MODIFIER_HEADER = 4;

/**
 * What a reload would show of a value that a handler gave a column in another form: the next event of the batch is to
 * see the same, wherever batches end. Values that the column will not take are left for the database to refuse, and
 * numbers of lower precision and JSON are left as they are.
 */
export function storedForm({ name, modifier }: ColumnType): Form | undefined {
  switch (name) {
    case 'smallint':
    case 'integer':
      return (value) => (typeof value === 'string' && INTEGER.test(value) ? Number(value) : value);
    case 'bigint':
      return (value) => (typeof value === 'number' || typeof value === 'bigint' ? integerText(value) : value);
    case 'numeric':
      return numericForm(modifier < 0 ? undefined : (modifier - MODIFIER_HEADER) & 0x7ff);
    case 'text':
    case 'character varying':
      return (value) => (typeof value === 'number' || typeof value === 'bigint' ? String(value) : value);
    case 'bpchar':
      return (value) =>
        typeof value === 'string' ? value + ' '.repeat(blanksOf(value, modifier - MODIFIER_HEADER)) : value;
    case 'uuid':
      return (value) => (typeof value === 'string' ? value.toLowerCase() : value);
    case 'timestamp with time zone':
    case 'timestamp without time zone':
      return momentForm;
    case 'date':
      return (value) =>
        typeof value === 'string' && value.length > DAY_LENGTH ? (MOMENT.exec(value)?.[1] ?? value) : value;
    case 'bytea':
      return (value) =>
        ArrayBuffer.isView(value) && !Buffer.isBuffer(value)
          ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
          : value;
    default:
      return undefined;
  }
}

function integerText(value: number | bigint): unknown {
  return typeof value === 'bigint' || Number.isSafeInteger(value) ? BigInt(value).toString() : value;
}

/** @param scale how many digits the column keeps behind the point; all where it says nothing */
function numericForm(scale: number | undefined): Form {
  return (value) => {
    if (typeof value === 'string') {
      if (scale === undefined || value[value.length - 1 - scale] === '.') return value;
      return rounded(value, scale) ?? value;
    }
    if (typeof value !== 'number' && typeof value !== 'bigint') return value;
    return rounded(String(value), scale) ?? value;
  };
}

/** As PostgreSQL rounds: halves away from zero. */
function rounded(text: string, scale: number | undefined): string | undefined {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const places = scale ?? fraction.length;
  const half = (fraction[places] ?? '0') >= '5' ? 1n : 0n;
  const digits = BigInt(whole + fraction.slice(0, places).padEnd(places, '0')) + half;
  const kept = String(digits).padStart(places + 1, '0');
  const unsigned = places === 0 ? kept : `${kept.slice(0, -places)}.${kept.slice(-places)}`;
  return sign === '-' && digits !== 0n ? `-${unsigned}` : unsigned;
}

/** The database counts letters as people do, not as JavaScript. */
function blanksOf(value: string, length: number): number {
  return Math.max(0, length - Array.from(value).length);
}

function momentForm(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? value : date;
}
