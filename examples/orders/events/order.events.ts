import type { EventOf } from './event-of';

export interface OrderCreated {
  readonly order_id: string;
  readonly customer_id: string;
  readonly created_at: string;
}

/** One line of an order. Money has two decimals at most. */
export interface OrderItem {
  readonly product_id: string;
  readonly price: number;
  readonly quantity: number;
}

export interface OrderItemAdded extends OrderItem {
  readonly order_id: string;
}

export interface OrderItemRemoved extends OrderItem {
  readonly order_id: string;
}

export interface OrderShipped {
  readonly order_id: string;
  readonly shipped_at: string;
}

export interface OrderCompleted {
  readonly order_id: string;
  readonly customer_id: string;
  readonly total_amount: number;
  readonly item_count: number;
  readonly completed_at: string;
}

export interface OrderCancelled {
  readonly order_id: string;
  readonly cancelled_at: string;
  readonly reason?: string;
}

export interface OrderRefunded {
  readonly order_id: string;
  readonly customer_id: string;
  readonly refund_amount: number;
  readonly original_completed_at: string;
  readonly refunded_at: string;
}

interface OrderEvents {
  OrderCreated: OrderCreated;
  OrderItemAdded: OrderItemAdded;
  OrderItemRemoved: OrderItemRemoved;
  OrderShipped: OrderShipped;
  OrderCompleted: OrderCompleted;
  OrderCancelled: OrderCancelled;
  OrderRefunded: OrderRefunded;
}

export type OrderEvent = EventOf<OrderEvents>;

declare module 'nestjs-projections' {
  interface EventMap extends OrderEvents {}
}
