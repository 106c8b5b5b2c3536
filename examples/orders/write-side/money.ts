/** Rules calculate in whole cents, where floating point is exact; events carry amounts such as 12.34. */
export function toCents(amount: number): number {
  return Math.round(amount * 100);
}

export function toAmount(cents: number): number {
  return cents / 100;
}
