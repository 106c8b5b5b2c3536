/** Longer texts would only fill tables: what matters of an error stands at its beginning. */
const LONGEST = 20_000;

/** A text that PostgreSQL takes: it has no NUL character, and jsonb no half of a surrogate pair; errors may quote both. */
export function storableText(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)} ... (shortened)` : text;
  return short.toWellFormed().replaceAll('\0', '\\0');
}
