import type { Type } from '@nestjs/common';
import { On, Projection, type ProjectionOptions, type RecordedEvent } from 'nestjs-projections';
import { plus } from '../money';
import { DailySales } from './daily-sales.entity';

/** `daily_sales` with row handlers. */
export function dailySalesRows(options: Partial<ProjectionOptions>): Type<object> {
  @Projection({ name: 'daily_sales', row: DailySales, ...options })
  class DailySalesRows {
    @On('OrderCompleted', { key: ({ data }) => data.completed_at.slice(0, 10) as string })
    completed({ data }: RecordedEvent, day: DailySales | undefined) {
      day ??= Object.assign(new DailySales(), {
        date: data.completed_at.slice(0, 10) as string,
        totalOrders: 0,
        totalRevenue: '0.00',
        totalItems: 0,
        totalRefunds: '0.00',
      });
      day.totalOrders++;
      day.totalRevenue = plus(day.totalRevenue, data.total_amount as number);
      day.totalItems += data.item_count as number;
      return day;
    }

    @On('OrderRefunded', { key: ({ data }) => data.original_completed_at.slice(0, 10) as string })
    refunded({ data }: RecordedEvent, day: DailySales | undefined) {
      if (!day) return undefined;
      day.totalOrders--;
      day.totalRevenue = plus(day.totalRevenue, -data.refund_amount);
      day.totalRefunds = plus(day.totalRefunds, data.refund_amount as number);
      return day;
    }
  }
  return DailySalesRows;
}
