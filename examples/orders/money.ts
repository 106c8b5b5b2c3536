/** Money is calculated in whole cents, where floating point is exact; events carry amounts such as 12.34. */
export function toCents(amount: number): number {
  const cents = Math.round(amount * 100);
  if (!Number.isSafeInteger(cents)) throw new RangeError(`${amount} is no amount of money`);
  return cents;
}

export function toAmount(cents: number): number {
  return cents / 100;
}
