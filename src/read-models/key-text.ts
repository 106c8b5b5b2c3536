const INTEGER = /^[+-]?\d+$/;
const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const INTEGERS = new Set(['smallint', 'integer', 'bigint']);

/**
 * A value of a primary key's column as text, the same for all that the column takes for equal.
 * @returns `undefined` for what is no value of the column
 */
export function keyText(
  type: string,
  value: unknown,
  write: (value: unknown) => string | null,
): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (INTEGERS.has(type)) return integerText(value);
  if (type === 'uuid') return typeof value === 'string' && UUID.test(value) ? hyphenated(value) : undefined;
  if (type === 'boolean') return typeof value === 'boolean' ? String(value) : undefined;
  if (type.startsWith('timestamp')) return dateText(value);
  if (type === 'date') return write(value) ?? undefined;
  if (type === 'text' || type === 'character varying') return scalarText(value, write);
  if (type === 'numeric') return numericText(value);
  return write(value) ?? undefined;
}

function integerText(value: unknown): string | undefined {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? String(value === 0 ? 0 : value) : undefined;
  return typeof value === 'string' && INTEGER.test(value)
    ? BigInt(value.replace('+', '')).toString()
    : undefined;
}

function hyphenated(uuid: string): string {
  const digits = uuid.replaceAll('-', '').toLowerCase();
  return [8, 12, 16, 20, 32]
    .map((end, index, ends) => digits.slice(index === 0 ? 0 : ends[index - 1], end))
    .join('-');
}

function dateText(value: unknown): string | undefined {
  const date = value instanceof Date ? value : typeof value === 'string' ? new Date(value) : undefined;
  return date && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined;
}

function numericText(value: unknown): string | undefined {
  const text =
    typeof value === 'string'
      ? value
      : typeof value === 'number' || typeof value === 'bigint'
        ? `${value}`
        : '';
  if (!/^-?\d+(\.\d+)?$/.test(text)) return undefined;
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return short.replace(/^(-?)0+(?=\d)/, '$1').replace(/^-0$/, '0');
}

/** An object is no text, unless a transformer makes one of it. */
function scalarText(value: unknown, write: (value: unknown) => string | null): string | undefined {
  const text = write(value);
  if (text === null) return undefined;
  return typeof value === 'object' && text.startsWith('{') ? undefined : text;
}
