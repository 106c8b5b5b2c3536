import type { RecordedEvent } from 'nestjs-projections';
import type { Statements } from './statement';

export function orderSummarySql(schema: string): Statements {
  const table = `${schema}.order_summaries`;
  const change =
    (set: string, values: (data: any) => unknown[] = () => []) =>
    ({ data, recordedAt }: RecordedEvent) =>
      [
        [
          `UPDATE ${table} SET ${set}, updated_at = $2 WHERE order_id = $1`,
          [data.order_id, recordedAt, ...values(data)],
        ],
      ] as const;
  return {
    OrderCreated: ({ data }) => [
      [
        `INSERT INTO ${table} (order_id, customer_id, status, total_amount, item_count, created_at)
         VALUES ($1, $2, 'pending', 0, 0, $3)`,
        [data.order_id, data.customer_id, data.created_at],
      ],
    ],
    OrderItemAdded: change(
      'total_amount = total_amount + $3::numeric * $4::numeric, item_count = item_count + 1',
      ({ price, quantity }) => [price, quantity],
    ),
    OrderItemRemoved: change(
      'total_amount = total_amount - $3::numeric * $4::numeric, item_count = item_count - 1',
      ({ price, quantity }) => [price, quantity],
    ),
    OrderShipped: change(`status = 'shipped', shipped_at = $3`, ({ shipped_at }) => [shipped_at]),
    OrderCompleted: change(`status = 'completed', completed_at = $3`, ({ completed_at }) => [completed_at]),
    OrderCancelled: change(
      `status = 'cancelled', cancelled_at = $3, cancellation_reason = $4`,
      ({ cancelled_at, reason }) => [cancelled_at, reason],
    ),
  };
}
