import type { BenchEvent, Statement } from '../model';

/** A statement an event, as `order_summary` is usually written. */
export function orderSummaryStatements(table: string): (event: BenchEvent) => Statement[] {
  const insert = `INSERT INTO ${table} (order_id, customer_id, status, total_amount, item_count, created_at)
    VALUES ($1, $2, 'pending', 0, 0, $3)`;
  const item = `UPDATE ${table} SET total_amount = total_amount + $2::numeric, item_count = item_count + $3::int,
    updated_at = $4 WHERE order_id = $1`;
  const status = `UPDATE ${table} SET status = $2, updated_at = $3 WHERE order_id = $1`;
  const moved = (name: string, data: any): Statement => ({
    name: `${table}_status`,
    text: status,
    values: [data.order_id, name, data.at],
  });
  const changed = ({ order_id, price, quantity, at }: any, sign: number): Statement => ({
    name: `${table}_item`,
    text: item,
    values: [order_id, (sign * price * quantity).toFixed(2), sign, at],
  });

  return ({ type, data }) => {
    switch (type) {
      case 'OrderCreated':
        return [
          { name: `${table}_insert`, text: insert, values: [data.order_id, data.customer_id, data.at] },
        ];
      case 'OrderItemAdded':
        return [changed(data, 1)];
      case 'OrderItemRemoved':
        return [changed(data, -1)];
      case 'OrderShipped':
        return [moved('shipped', data)];
      default:
        return [moved('completed', data)];
    }
  };
}
