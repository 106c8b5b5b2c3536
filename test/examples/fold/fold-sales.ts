import { cents } from './cents';
import type { StoredEvent } from './stored-event';
import type { Tables } from './tables';

export function foldSales(events: readonly StoredEvent[]): Pick<Tables, 'daily_sales'> {
  const days = new Map<
    string,
    { orders: number; revenue: number; items: number; refunds: number; updated_at: Date | null }
  >();
  for (const { type, data, recordedAt } of events) {
    if (type === 'OrderCompleted') {
      const date = data.completed_at.slice(0, 10);
      const day = days.get(date);
      days.set(date, {
        orders: (day?.orders ?? 0) + 1,
        revenue: (day?.revenue ?? 0) + cents(data.total_amount),
        items: (day?.items ?? 0) + data.item_count,
        refunds: day?.refunds ?? 0,
        updated_at: day ? recordedAt : null,
      });
    }
    const refunded = type === 'OrderRefunded' && days.get(data.original_completed_at.slice(0, 10));
    if (refunded) {
      refunded.orders -= 1;
      refunded.revenue -= cents(data.refund_amount);
      refunded.refunds += cents(data.refund_amount);
      refunded.updated_at = recordedAt;
    }
  }
  return {
    daily_sales: [...days].map(([date, day]) => ({
      date,
      total_orders: day.orders,
      total_revenue: day.revenue / 100,
      total_items: day.items,
      total_refunds: day.refunds / 100,
      updated_at: day.updated_at,
    })),
  };
}
