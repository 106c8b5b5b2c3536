import type { Fold } from '../model';
import { plus } from '../money';

const customers: Fold = {
  table: 'customers',
  keys: 1,
  columns: [
    { name: 'customer_id', type: 'text' },
    { name: 'name', type: 'text' },
    { name: 'tier', type: 'text' },
  ],
  keyOf: ({ type, data }) =>
    type === 'CustomerCreated' || type === 'CustomerTierChanged' ? [data.customer_id] : undefined,
  apply({ type, data }, row) {
    if (type === 'CustomerCreated') return [data.customer_id, data.name, 'bronze'];
    if (row) row[2] = data.new_tier;
    return row;
  },
};

const [ORDERS, SPENT, REVIEWS] = [1, 2, 3] as const;

const summaries: Fold = {
  table: 'customer_activity_summary',
  keys: 1,
  columns: [
    { name: 'customer_id', type: 'text' },
    { name: 'total_orders', type: 'int' },
    { name: 'total_spent', type: 'numeric' },
    { name: 'total_reviews', type: 'int' },
  ],
  keyOf: ({ type, data }) => (type === 'CustomerTierChanged' ? undefined : [data.customer_id]),
  apply({ type, data }, row) {
    if (type === 'CustomerCreated') return [data.customer_id, 0, '0.00', 0];
    if (!row) return undefined;
    if (type === 'ReviewSubmitted') row[REVIEWS] = Number(row[REVIEWS]) + 1;
    else {
      row[ORDERS] = Number(row[ORDERS]) + 1;
      row[SPENT] = plus(row[SPENT], data.total_amount);
    }
    return row;
  },
};

const history: Fold = {
  table: 'customer_order_history',
  keys: 2,
  columns: [
    { name: 'customer_id', type: 'text' },
    { name: 'order_id', type: 'text' },
    { name: 'amount', type: 'numeric' },
    { name: 'completed_at', type: 'timestamptz' },
  ],
  keyOf: ({ type, data }) => (type === 'OrderCompleted' ? [data.customer_id, data.order_id] : undefined),
  apply: ({ data }) => [data.customer_id, data.order_id, data.total_amount, data.completed_at],
};

export const customerActivityFolds = [customers, summaries, history];
