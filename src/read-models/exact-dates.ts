/** The texts of dates that PostgreSQL has to the microsecond, and JavaScript only to the millisecond. */
const texts = new WeakMap<Date, { text: string; ms: number; type: string }>();

/** Digits behind the milliseconds that say something. */
const FINER = /\.\d{3}\d*[1-9]/;

/** Whether a moment is written to more than the millisecond. */
export function isFiner(text: string): boolean {
  return FINER.test(text);
}

/**
 * Remembers what a date was read from.
 * @param type of the column, which says what the text means
 */
export function rememberExact(date: unknown, text: string, type: string): void {
  if (date instanceof Date && isFiner(text)) texts.set(date, { text, ms: date.getTime(), type });
}

/** What an unchanged date was read from, if that is more than it says and means the same in a column of the type. */
export function exactText(date: Date, type: string): string | undefined {
  const exact = texts.get(date);
  if (exact?.type !== type) return undefined;
  // Times that JavaScript cannot have are not a number.
  return Object.is(exact.ms, date.getTime()) ? exact.text : undefined;
}

export function copyDate(date: Date): Date {
  const copy = new Date(date);
  const exact = texts.get(date);
  if (exact) texts.set(copy, exact);
  return copy;
}
