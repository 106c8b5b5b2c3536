import type { OrderEvent, OrderItem } from '../../events/order.events';
import type { Aggregate } from '../aggregate';
import { RuleViolatedError } from '../domain.errors';
import { toCents } from '../../money';

type OrderStatus = 'pending' | 'shipped' | 'completed' | 'cancelled' | 'refunded';

export interface OrderState {
  readonly status: OrderStatus;
  readonly customerId: string;
  readonly items: readonly OrderItem[];
  readonly completion: { readonly at: string; readonly cents: number } | undefined;
}

export const ORDER: Aggregate<OrderState, OrderEvent> = {
  kind: 'order',
  initial: { status: 'pending', customerId: '', items: [], completion: undefined },
  evolve(order, { type, data }) {
    switch (type) {
      case 'OrderCreated':
        return { ...order, customerId: data.customer_id };
      case 'OrderItemAdded':
        return { ...order, items: [...order.items, data] };
      case 'OrderItemRemoved': {
        const removed = findItem(order, data);
        return { ...order, items: order.items.filter((item) => item !== removed) };
      }
      case 'OrderShipped':
        return { ...order, status: 'shipped' };
      case 'OrderCompleted':
        return {
          ...order,
          status: 'completed',
          completion: { at: data.completed_at, cents: toCents(data.total_amount) },
        };
      case 'OrderCancelled':
        return { ...order, status: 'cancelled' };
      case 'OrderRefunded':
        return { ...order, status: 'refunded' };
      default:
        return order;
    }
  },
};

/** The first item that is as wanted in all that is given. */
export function findItem({ items }: OrderState, wanted: Partial<OrderItem>): OrderItem | undefined {
  return items.find(
    ({ product_id, price, quantity }) =>
      product_id === wanted.product_id &&
      (wanted.price === undefined || price === wanted.price) &&
      (wanted.quantity === undefined || quantity === wanted.quantity),
  );
}

export function totalCents({ items }: OrderState): number {
  return items.reduce((sum, { price, quantity }) => sum + toCents(price) * quantity, 0);
}

/** @throws RuleViolatedError */
export function requireStatus({ status }: OrderState, action: string, ...allowed: OrderStatus[]): void {
  if (!allowed.includes(status))
    throw new RuleViolatedError(`An order that is ${status} cannot be ${action}.`);
}

/** @throws RuleViolatedError */
export function requireItems({ items }: OrderState, action: string): void {
  if (items.length === 0) throw new RuleViolatedError(`An order without items cannot be ${action}.`);
}
