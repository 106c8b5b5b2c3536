import { On, Projection, type RecordedEvent } from 'nestjs-projections';
import type { OrderCompleted, OrderRefunded } from '../../events/order.events';
import { addMoney } from '../add-money';
import { DailySales } from './daily-sales.entity';

const dayOf = (time: string): string => time.slice(0, 'YYYY-MM-DD'.length);

@Projection({ name: 'daily_sales', row: DailySales })
export class DailySalesProjection {
  @On('OrderCompleted', { key: ({ data }) => dayOf(data.completed_at) })
  completed({ data, recordedAt }: RecordedEvent<OrderCompleted>, day?: DailySales): Partial<DailySales> {
    if (!day)
      return {
        totalOrders: 1,
        totalRevenue: addMoney('0', data.total_amount),
        totalItems: data.item_count,
      };
    day.totalOrders += 1;
    day.totalRevenue = addMoney(day.totalRevenue, data.total_amount);
    day.totalItems += data.item_count;
    day.updatedAt = recordedAt;
    return day;
  }

  /** Goes against the day of the sale, not that of the refund. */
  @On('OrderRefunded', { key: ({ data }) => dayOf(data.original_completed_at) })
  refunded({ data, recordedAt }: RecordedEvent<OrderRefunded>, day?: DailySales) {
    if (!day) return undefined;
    day.totalOrders -= 1;
    day.totalRevenue = addMoney(day.totalRevenue, -data.refund_amount);
    day.totalRefunds = addMoney(day.totalRefunds, data.refund_amount);
    day.updatedAt = recordedAt;
    return day;
  }
}
