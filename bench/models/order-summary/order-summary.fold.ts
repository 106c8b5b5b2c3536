import type { BenchEvent, Fold, Values } from '../model';
import { plus } from '../money';

const [STATUS, TOTAL, ITEMS, UPDATED] = [2, 3, 4, 6] as const;

/** `order_summary` as a fold of one row. */
export function orderSummaryFold(table: string): Fold {
  return {
    table,
    keys: 1,
    columns: [
      { name: 'order_id', type: 'text' },
      { name: 'customer_id', type: 'text' },
      { name: 'status', type: 'text' },
      { name: 'total_amount', type: 'numeric' },
      { name: 'item_count', type: 'int' },
      { name: 'created_at', type: 'timestamptz' },
      { name: 'updated_at', type: 'timestamptz' },
    ],
    keyOf: ({ data }) => [data.order_id],
    apply,
  };
}

function apply({ type, data }: BenchEvent, row: Values | undefined): Values | undefined {
  if (type === 'OrderCreated') return [data.order_id, data.customer_id, 'pending', '0.00', 0, data.at, null];
  if (!row) return undefined;
  if (type === 'OrderShipped') row[STATUS] = 'shipped';
  else if (type === 'OrderCompleted') row[STATUS] = 'completed';
  else {
    const sign = type === 'OrderItemAdded' ? 1 : -1;
    row[TOTAL] = plus(row[TOTAL], sign * data.price * data.quantity);
    row[ITEMS] = Number(row[ITEMS]) + sign;
  }
  row[UPDATED] = data.at;
  return row;
}
