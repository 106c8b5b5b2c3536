import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ORDER_STATUSES } from '../../read-side/order-summary/order-summary.entity';
import { body, id, limit, money, parameter, text } from './fields';

const quantity = z.int().min(1).max(10_000);

export const createOrder = body({ order_id: id.default(() => randomUUID()), customer_id: id });
export type CreateOrderRequest = z.output<typeof createOrder>;

export const addOrderItem = body({ product_id: id, price: money, quantity });
export type AddOrderItemRequest = z.output<typeof addOrderItem>;

export const removeOrderItem = body({
  product_id: id,
  price: money.optional(),
  quantity: quantity.optional(),
});
export type RemoveOrderItemRequest = z.output<typeof removeOrderItem>;

export const cancelOrder = body({ reason: text(1_000).optional() });
export type CancelOrderRequest = z.output<typeof cancelOrder>;

export const refundOrder = body({ refund_amount: money.optional() });
export type RefundOrderRequest = z.output<typeof refundOrder>;

export const listOrders = z.strictObject({
  status: parameter(z.enum(ORDER_STATUSES).optional()),
  customer: parameter(id.optional()),
  limit: limit(50, 500),
});
export type ListOrdersRequest = z.output<typeof listOrders>;
