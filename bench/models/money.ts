/** Adds amounts of two decimals without the errors of binary fractions, as `numeric` does. */
export function plus(amount: string | number | null | undefined, more: number): string {
  return (Math.round(Number(amount ?? 0) * 100 + more * 100) / 100).toFixed(2);
}
