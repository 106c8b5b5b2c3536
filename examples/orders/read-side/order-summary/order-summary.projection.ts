import { On, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import type {
  OrderCancelled,
  OrderCompleted,
  OrderCreated,
  OrderItemAdded,
  OrderItemRemoved,
  OrderShipped,
} from '../../events/order.events';
import { OrderSummary } from './order-summary.entity';

@Projection({ name: 'order_summary', readModels: [OrderSummary] })
export class OrderSummaryProjection {
  @On('OrderCreated')
  async created({ data }: RecordedEvent<OrderCreated>, { manager }: ProjectionContext) {
    await manager.query(
      `INSERT INTO order_summaries (order_id, customer_id, status, total_amount, item_count, created_at)
       VALUES ($1, $2, 'pending', 0, 0, $3)`,
      [data.order_id, data.customer_id, data.created_at],
    );
  }

  @On('OrderItemAdded')
  async itemAdded({ data, recordedAt }: RecordedEvent<OrderItemAdded>, { manager }: ProjectionContext) {
    await manager.query(
      `UPDATE order_summaries
       SET total_amount = total_amount + $2::numeric * $3::numeric,
           item_count = item_count + 1,
           updated_at = $4
       WHERE order_id = $1`,
      [data.order_id, data.price, data.quantity, recordedAt],
    );
  }

  @On('OrderItemRemoved')
  async itemRemoved({ data, recordedAt }: RecordedEvent<OrderItemRemoved>, { manager }: ProjectionContext) {
    await manager.query(
      `UPDATE order_summaries
       SET total_amount = total_amount - $2::numeric * $3::numeric,
           item_count = item_count - 1,
           updated_at = $4
       WHERE order_id = $1`,
      [data.order_id, data.price, data.quantity, recordedAt],
    );
  }

  @On('OrderShipped')
  async shipped({ data, recordedAt }: RecordedEvent<OrderShipped>, { manager }: ProjectionContext) {
    await manager.query(
      `UPDATE order_summaries SET status = 'shipped', shipped_at = $2, updated_at = $3 WHERE order_id = $1`,
      [data.order_id, data.shipped_at, recordedAt],
    );
  }

  @On('OrderCompleted')
  async completed({ data, recordedAt }: RecordedEvent<OrderCompleted>, { manager }: ProjectionContext) {
    await manager.query(
      `UPDATE order_summaries SET status = 'completed', completed_at = $2, updated_at = $3 WHERE order_id = $1`,
      [data.order_id, data.completed_at, recordedAt],
    );
  }

  @On('OrderCancelled')
  async cancelled({ data, recordedAt }: RecordedEvent<OrderCancelled>, { manager }: ProjectionContext) {
    await manager.query(
      `UPDATE order_summaries
       SET status = 'cancelled', cancelled_at = $2, cancellation_reason = $3, updated_at = $4
       WHERE order_id = $1`,
      [data.order_id, data.cancelled_at, data.reason ?? null, recordedAt],
    );
  }
}
