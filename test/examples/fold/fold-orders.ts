import { cents } from './cents';
import type { StoredEvent } from './stored-event';
import type { Row, Tables } from './tables';

export function foldOrders(
  events: readonly StoredEvent[],
): Pick<Tables, 'order_summaries' | 'order_numbers'> {
  const orders = new Map<string, Row & { cents: number; item_count: number }>();
  const numbers = new Map<string, string>();
  for (const { type, data, recordedAt, position } of events) {
    const order = orders.get(data.order_id);
    if (type === 'OrderCreated') {
      orders.set(data.order_id, {
        order_id: data.order_id,
        customer_id: data.customer_id,
        status: 'pending',
        cents: 0,
        item_count: 0,
        created_at: new Date(data.created_at),
        updated_at: null,
        shipped_at: null,
        completed_at: null,
        cancelled_at: null,
        cancellation_reason: null,
      });
      numbers.set(data.order_id, position);
    } else if (order && type in changes) {
      Object.assign(order, changes[type]!(data, order), { updated_at: recordedAt });
    }
  }
  return {
    order_summaries: [...orders.values()].map(({ cents: total, ...order }) =>
      Object.assign(order, { total_amount: total / 100 }),
    ),
    order_numbers: [...numbers].map(([order_id, order_number]) => ({ order_id, order_number })),
  };
}

const changes: Record<string, (data: any, order: { cents: number; item_count: number }) => Row> = {
  OrderItemAdded: (data, order) => ({
    cents: order.cents + cents(data.price) * data.quantity,
    item_count: order.item_count + 1,
  }),
  OrderItemRemoved: (data, order) => ({
    cents: order.cents - cents(data.price) * data.quantity,
    item_count: order.item_count - 1,
  }),
  OrderShipped: (data) => ({ status: 'shipped', shipped_at: new Date(data.shipped_at) }),
  OrderCompleted: (data) => ({ status: 'completed', completed_at: new Date(data.completed_at) }),
  OrderCancelled: (data) => ({
    status: 'cancelled',
    cancelled_at: new Date(data.cancelled_at),
    cancellation_reason: data.reason ?? null,
  }),
};
