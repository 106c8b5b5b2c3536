import type { Type } from '@nestjs/common';
import { On, Projection, type ProjectionOptions, type RecordedEvent } from 'nestjs-projections';
import { plus } from '../money';
import type { OrderSummary } from './order-summary.entity';

type Row = OrderSummary | undefined;

/** `order_summary` with row handlers. */
export function orderSummaryRows(
  name: string,
  row: Type<OrderSummary>,
  options: Partial<ProjectionOptions>,
): Type<object> {
  @Projection({ name, row, key: ({ data }: RecordedEvent) => data.order_id as string, ...options })
  class OrderSummaryRows {
    @On('OrderCreated')
    created({ data }: RecordedEvent) {
      return Object.assign(new row(), {
        orderId: data.order_id as string,
        customerId: data.customer_id as string,
        status: 'pending',
        totalAmount: '0.00',
        itemCount: 0,
        createdAt: new Date(data.at as string),
        updatedAt: null,
      });
    }

    @On('OrderItemAdded')
    itemAdded({ data }: RecordedEvent, order: Row) {
      return changed(order, data, 1);
    }

    @On('OrderItemRemoved')
    itemRemoved({ data }: RecordedEvent, order: Row) {
      return changed(order, data, -1);
    }

    @On('OrderShipped')
    shipped({ data }: RecordedEvent, order: Row) {
      return moved(order, data, 'shipped');
    }

    @On('OrderCompleted')
    completed({ data }: RecordedEvent, order: Row) {
      return moved(order, data, 'completed');
    }
  }
  return OrderSummaryRows;
}

function changed(order: Row, { price, quantity, at }: any, sign: number): Row {
  if (!order) return undefined;
  order.totalAmount = plus(order.totalAmount, sign * price * quantity);
  order.itemCount += sign;
  order.updatedAt = new Date(at as string);
  return order;
}

function moved(order: Row, { at }: any, status: string): Row {
  if (!order) return undefined;
  order.status = status;
  order.updatedAt = new Date(at as string);
  return order;
}
