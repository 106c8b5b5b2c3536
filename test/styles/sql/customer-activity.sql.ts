import type { Statements } from './statement';

export function customerActivitySql(schema: string): Statements {
  const summary = `${schema}.customer_activity_summary`;
  return {
    CustomerCreated: ({ data }) => [
      [
        `INSERT INTO ${schema}.customers (customer_id, email, name, tier, created_at)
         VALUES ($1, $2, $3, 'bronze', $4)`,
        [data.customer_id, data.email, data.name, data.created_at],
      ],
      [
        `INSERT INTO ${summary} (customer_id, total_orders, total_spent, total_reviews) VALUES ($1, 0, 0, 0)`,
        [data.customer_id],
      ],
    ],
    CustomerTierChanged: ({ data, recordedAt }) => [
      [
        `UPDATE ${schema}.customers SET tier = $2, updated_at = $3 WHERE customer_id = $1`,
        [data.customer_id, data.new_tier, recordedAt],
      ],
    ],
    OrderCompleted: ({ data }) => [
      [
        `UPDATE ${summary}
         SET total_orders = total_orders + 1, total_spent = total_spent + $2, last_order_at = $3
         WHERE customer_id = $1`,
        [data.customer_id, data.total_amount, data.completed_at],
      ],
      [
        `INSERT INTO ${schema}.customer_order_history (customer_id, order_id, amount, completed_at)
         VALUES ($1, $2, $3, $4)`,
        [data.customer_id, data.order_id, data.total_amount, data.completed_at],
      ],
    ],
    ReviewSubmitted: ({ data }) => [
      [
        `UPDATE ${summary} SET total_reviews = total_reviews + 1, last_review_at = $2 WHERE customer_id = $1`,
        [data.customer_id, data.submitted_at],
      ],
    ],
  };
}
