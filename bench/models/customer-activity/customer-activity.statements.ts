import type { BenchEvent, Statement } from '../model';

const TEXT = {
  customer: `INSERT INTO customers (customer_id, name, tier) VALUES ($1, $2, 'bronze')`,
  summary: `INSERT INTO customer_activity_summary (customer_id, total_orders, total_spent, total_reviews)
    VALUES ($1, 0, 0, 0)`,
  spent: `UPDATE customer_activity_summary SET total_orders = total_orders + 1, total_spent = total_spent + $2
    WHERE customer_id = $1`,
  history: `INSERT INTO customer_order_history (customer_id, order_id, amount, completed_at) VALUES ($1, $2, $3, $4)`,
  reviewed: `UPDATE customer_activity_summary SET total_reviews = total_reviews + 1 WHERE customer_id = $1`,
  tier: `UPDATE customers SET tier = $2 WHERE customer_id = $1`,
};

const statement = (name: keyof typeof TEXT, ...values: Statement['values']): Statement => ({
  name,
  text: TEXT[name],
  values,
});

export function customerActivityStatements({ type, data }: BenchEvent): Statement[] {
  const { customer_id } = data;
  switch (type) {
    case 'CustomerCreated':
      return [statement('customer', customer_id, data.name), statement('summary', customer_id)];
    case 'OrderCompleted':
      return [
        statement('spent', customer_id, data.total_amount),
        statement('history', customer_id, data.order_id, data.total_amount, data.completed_at),
      ];
    case 'ReviewSubmitted':
      return [statement('reviewed', customer_id)];
    default:
      return [statement('tier', customer_id, data.new_tier)];
  }
}
