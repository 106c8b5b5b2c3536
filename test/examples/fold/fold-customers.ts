import { cents } from './cents';
import type { StoredEvent } from './stored-event';
import type { Row, Tables } from './tables';

/** One customer at a time, from the events that speak of them. */
export function foldCustomers(
  events: readonly StoredEvent[],
): Pick<Tables, 'customers' | 'customer_activity_summary' | 'customer_order_history'> {
  const created = events.filter(({ type }) => type === 'CustomerCreated');
  // What happened before a customer was there did not reach their row.
  const since = ({ position, data: { customer_id } }: StoredEvent, type: string) =>
    events.filter(
      (event) =>
        event.type === type &&
        event.data.customer_id === customer_id &&
        BigInt(event.position) > BigInt(position),
    );
  return {
    customers: created.map((creation): Row => {
      const tier = since(creation, 'CustomerTierChanged').at(-1);
      return {
        customer_id: creation.data.customer_id,
        email: creation.data.email,
        name: creation.data.name,
        tier: tier?.data.new_tier ?? 'bronze',
        created_at: new Date(creation.data.created_at),
        updated_at: tier?.recordedAt ?? null,
      };
    }),
    customer_activity_summary: created.map((creation): Row => {
      const orders = since(creation, 'OrderCompleted');
      const reviews = since(creation, 'ReviewSubmitted');
      return {
        customer_id: creation.data.customer_id,
        total_orders: orders.length,
        total_spent: orders.reduce((sum, { data }) => sum + cents(data.total_amount), 0) / 100,
        total_reviews: reviews.length,
        last_order_at: dateOrNull(orders.at(-1)?.data.completed_at),
        last_review_at: dateOrNull(reviews.at(-1)?.data.submitted_at),
      };
    }),
    customer_order_history: events
      .filter(({ type }) => type === 'OrderCompleted')
      .map(({ data }) => ({
        customer_id: data.customer_id,
        order_id: data.order_id,
        amount: data.total_amount,
        completed_at: new Date(data.completed_at),
      })),
  };
}

function dateOrNull(time: string | undefined): Date | null {
  return time === undefined ? null : new Date(time);
}
