import { toAmount, toCents } from '../money';

/** Adds to a numeric column, which rows have as text such as '12.30', exactly. */
export function addMoney(total: string, amount: number): string {
  return toAmount(toCents(Number(total)) + toCents(amount)).toFixed(2);
}
