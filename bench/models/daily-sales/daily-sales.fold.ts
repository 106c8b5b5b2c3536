import type { Fold } from '../model';
import { plus } from '../money';

const [ORDERS, REVENUE, ITEMS, REFUNDS] = [1, 2, 3, 4] as const;

export const dailySalesFold: Fold = {
  table: 'daily_sales',
  keys: 1,
  columns: [
    { name: 'date', type: 'date' },
    { name: 'total_orders', type: 'int' },
    { name: 'total_revenue', type: 'numeric' },
    { name: 'total_items', type: 'int' },
    { name: 'total_refunds', type: 'numeric' },
  ],
  keyOf: ({ data }) => [(data.completed_at ?? data.original_completed_at).slice(0, 10)],
  apply({ type, data }, row) {
    if (type === 'OrderCompleted') {
      row ??= [data.completed_at.slice(0, 10), 0, '0.00', 0, '0.00'];
      row[ORDERS] = Number(row[ORDERS]) + 1;
      row[REVENUE] = plus(row[REVENUE], data.total_amount);
      row[ITEMS] = Number(row[ITEMS]) + data.item_count;
    } else if (row) {
      row[ORDERS] = Number(row[ORDERS]) - 1;
      row[REVENUE] = plus(row[REVENUE], -data.refund_amount);
      row[REFUNDS] = plus(row[REFUNDS], data.refund_amount);
    }
    return row;
  },
};
