import type { BenchEvent, Statement } from '../model';

const COMPLETED = `INSERT INTO daily_sales (date, total_orders, total_revenue, total_items, total_refunds)
  VALUES ($1, 1, $2, $3, 0)
  ON CONFLICT (date) DO UPDATE SET total_orders = daily_sales.total_orders + 1,
    total_revenue = daily_sales.total_revenue + $2, total_items = daily_sales.total_items + $3`;
const REFUNDED = `UPDATE daily_sales SET total_orders = total_orders - 1, total_revenue = total_revenue - $2,
  total_refunds = total_refunds + $2 WHERE date = $1`;

export function dailySalesStatements({ type, data }: BenchEvent): Statement[] {
  const { completed_at, original_completed_at, total_amount, item_count, refund_amount } = data;
  return type === 'OrderCompleted'
    ? [{ name: 'completed', text: COMPLETED, values: [completed_at.slice(0, 10), total_amount, item_count] }]
    : [{ name: 'refunded', text: REFUNDED, values: [original_completed_at.slice(0, 10), refund_amount] }];
}
