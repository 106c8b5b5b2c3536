/** The texts of dates that PostgreSQL has to the microsecond, and JavaScript only to the millisecond. */
const texts = new WeakMap<Date, { text: string; ms: number }>();

/** Digits behind the milliseconds that say something. */
const FINER = /\.\d{3}\d*[1-9]/;

/** Whether a moment is written to more than the millisecond. */
export function isFiner(text: string): boolean {
  return FINER.test(text);
}

/** Remembers what a date was read from. */
export function rememberExact(date: unknown, text: string): void {
  if (date instanceof Date && isFiner(text)) texts.set(date, { text, ms: date.getTime() });
}

/** What an unchanged date was read from, if that is more than it says. */
export function exactText(date: Date): string | undefined {
  const exact = texts.get(date);
  // Times that JavaScript cannot have are not a number.
  return exact && Object.is(exact.ms, date.getTime()) ? exact.text : undefined;
}

export function copyDate(date: Date): Date {
  const copy = new Date(date);
  const exact = texts.get(date);
  if (exact) texts.set(copy, exact);
  return copy;
}
