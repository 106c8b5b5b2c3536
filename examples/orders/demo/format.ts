const format = new Intl.NumberFormat('en');

/** 12,345 */
export function number(value: number | bigint): string {
  return format.format(value);
}

/** What was done in a time, and how fast. */
export function rate(count: number, milliseconds: number): string {
  const seconds = Math.max(milliseconds, 1) / 1_000;
  return `${number(count)} in ${seconds.toFixed(1)} s (${number(Math.round(count / seconds))}/s)`;
}
