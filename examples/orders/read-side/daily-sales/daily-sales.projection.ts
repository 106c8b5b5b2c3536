import { On, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import type { OrderCompleted, OrderRefunded } from '../../events/order.events';
import { DailySales } from './daily-sales.entity';

const YYYY_MM_DD = 10;

@Projection({ name: 'daily_sales', readModels: [DailySales] })
export class DailySalesProjection {
  @On('OrderCompleted')
  async completed({ data, recordedAt }: RecordedEvent<OrderCompleted>, { manager }: ProjectionContext) {
    await manager.query(
      `INSERT INTO daily_sales (date, total_orders, total_revenue, total_items)
       VALUES ($1, 1, $2, $3)
       ON CONFLICT (date) DO UPDATE SET
         total_orders = daily_sales.total_orders + 1,
         total_revenue = daily_sales.total_revenue + $2,
         total_items = daily_sales.total_items + $3,
         updated_at = $4`,
      [data.completed_at.slice(0, YYYY_MM_DD), data.total_amount, data.item_count, recordedAt],
    );
  }

  /** Goes against the day of the sale, not that of the refund. */
  @On('OrderRefunded')
  async refunded({ data, recordedAt }: RecordedEvent<OrderRefunded>, { manager }: ProjectionContext) {
    await manager.query(
      `UPDATE daily_sales SET
         total_orders = total_orders - 1,
         total_revenue = total_revenue - $2,
         total_refunds = total_refunds + $2,
         updated_at = $3
       WHERE date = $1`,
      [data.original_completed_at.slice(0, YYYY_MM_DD), data.refund_amount, recordedAt],
    );
  }
}
