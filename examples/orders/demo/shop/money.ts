/** The shop counts in whole cents, so that sums are exact; events carry amounts such as 12.34. */
export function amount(cents: number): number {
  return cents / 100;
}
