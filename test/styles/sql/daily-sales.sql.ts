import type { Statements } from './statement';

export function dailySalesSql(schema: string): Statements {
  const table = `${schema}.daily_sales`;
  return {
    OrderCompleted: ({ data, recordedAt }) => [
      [
        `INSERT INTO ${table} AS day (date, total_orders, total_revenue, total_items) VALUES ($1, 1, $2, $3)
         ON CONFLICT (date) DO UPDATE SET
           total_orders = day.total_orders + 1,
           total_revenue = day.total_revenue + $2,
           total_items = day.total_items + $3,
           updated_at = $4`,
        [data.completed_at.slice(0, 10), data.total_amount, data.item_count, recordedAt],
      ],
    ],
    OrderRefunded: ({ data, recordedAt }) => [
      [
        `UPDATE ${table} SET
           total_orders = total_orders - 1,
           total_revenue = total_revenue - $2,
           total_refunds = total_refunds + $2,
           updated_at = $3
         WHERE date = $1`,
        [data.original_completed_at.slice(0, 10), data.refund_amount, recordedAt],
      ],
    ],
  };
}
