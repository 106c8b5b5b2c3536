import { On, Projection, type RecordedEvent } from 'nestjs-projections';
import type {
  OrderCancelled,
  OrderCompleted,
  OrderCreated,
  OrderItemAdded,
  OrderItemRemoved,
  OrderShipped,
} from '../../events/order.events';
import { addMoney } from '../add-money';
import { OrderSummary } from './order-summary.entity';

/** An event of an order that is not there changes nothing. */
@Projection({ name: 'order_summary', row: OrderSummary, key: ({ data }) => data.order_id })
export class OrderSummaryProjection {
  @On('OrderCreated')
  created({ data }: RecordedEvent<OrderCreated>, order?: OrderSummary): Partial<OrderSummary> {
    if (order) throw new Error(`Order ${data.order_id} is there already`);
    return {
      customerId: data.customer_id,
      status: 'pending',
      totalAmount: '0',
      itemCount: 0,
      createdAt: new Date(data.created_at),
    };
  }

  @On('OrderItemAdded')
  itemAdded({ data, recordedAt }: RecordedEvent<OrderItemAdded>, order?: OrderSummary) {
    if (!order) return undefined;
    order.totalAmount = addMoney(order.totalAmount, data.price * data.quantity);
    order.itemCount += 1;
    order.updatedAt = recordedAt;
    return order;
  }

  @On('OrderItemRemoved')
  itemRemoved({ data, recordedAt }: RecordedEvent<OrderItemRemoved>, order?: OrderSummary) {
    if (!order) return undefined;
    order.totalAmount = addMoney(order.totalAmount, -data.price * data.quantity);
    order.itemCount -= 1;
    order.updatedAt = recordedAt;
    return order;
  }

  @On('OrderShipped')
  shipped({ data, recordedAt }: RecordedEvent<OrderShipped>, order?: OrderSummary) {
    if (!order) return undefined;
    order.status = 'shipped';
    order.shippedAt = new Date(data.shipped_at);
    order.updatedAt = recordedAt;
    return order;
  }

  @On('OrderCompleted')
  completed({ data, recordedAt }: RecordedEvent<OrderCompleted>, order?: OrderSummary) {
    if (!order) return undefined;
    order.status = 'completed';
    order.completedAt = new Date(data.completed_at);
    order.updatedAt = recordedAt;
    return order;
  }

  @On('OrderCancelled')
  cancelled({ data, recordedAt }: RecordedEvent<OrderCancelled>, order?: OrderSummary) {
    if (!order) return undefined;
    order.status = 'cancelled';
    order.cancelledAt = new Date(data.cancelled_at);
    order.cancellationReason = data.reason ?? null;
    order.updatedAt = recordedAt;
    return order;
  }
}
