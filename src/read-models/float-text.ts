const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const SPECIAL = new Set(['NaN', 'Infinity', '-Infinity']);

/** How many digits tell all numbers of four bytes apart. */
const MOST_DIGITS = 9;

/** A floating-point number as text, `undefined` where the column would not take it, or may not. */
export function floatText(text: string, isReal: boolean): string | undefined {
  if (SPECIAL.has(text)) return text;
  if (!NUMBER.test(text)) return undefined;
  const number = Number(text);
  if (!Number.isFinite(number)) return undefined;
  const stored = isReal ? realNumber(number) : number;
  return stored === undefined ? undefined : String(stored);
}

/**
 * The number that a column of four bytes is read as: the one with the fewest digits that only the stored one is meant by.
 * @returns `undefined` where that is for the database to say
 */
export function realNumber(number: number): number | undefined {
  const stored = Math.fround(number);
  if (stored === 0) return number === 0 ? 0 : undefined;
  if (Number.isInteger(stored) && Math.abs(stored) <= 2 ** 24) return stored;
  if (!Number.isFinite(stored) || isPowerOfTwo(stored)) return undefined;
  for (let digits = 1; digits < MOST_DIGITS; digits++) {
    const short = Number(stored.toPrecision(digits));
    if (Math.fround(short) === stored) return short;
  }
  return Number(stored.toPrecision(MOST_DIGITS));
}

/** Below it numbers are closer than above, so that the nearest of few digits need not be the one meant. */
function isPowerOfTwo(number: number): boolean {
  const exponent = Math.log2(Math.abs(number));
  return Math.abs(exponent - Math.round(exponent)) < 1e-6;
}
