const DAYS = 100;

const COMPLETED = `jsonb_build_object('order_id', 'order-' || n, 'customer_id', 'customer-' || n % 997,
  'total_amount', 5 + n % 90 + 0.5, 'item_count', 1 + n % 5, 'completed_at', day || 'T10:00:00Z')`;
const REFUNDED = `jsonb_build_object('order_id', 'order-' || n - 1, 'customer_id', 'customer-' || n % 997,
  'refund_amount', 5 + (n - 1) % 90 + 0.5, 'original_completed_at', day || 'T10:00:00Z', 'refunded_at', day || 'T11:00:00Z')`;

/** Sales of a hundred days, one day after the other, and a tenth of them refunded: few rows, all hot. */
export function salesEvents(count: number): string {
  return salesAmongOthers(count, 1);
}

/** Only each `every`-th event is one of a sale. */
export function salesAmongOthers(count: number, every: number): string {
  return `
    INSERT INTO events (id, stream_id, version, type, data)
    SELECT gen_random_uuid(), 'order-' || n, 1,
      CASE WHEN n % ${every} > 0 THEN 'PageViewed' WHEN n / ${every} % 10 = 9 THEN 'OrderRefunded' ELSE 'OrderCompleted' END,
      CASE WHEN n % ${every} > 0 THEN jsonb_build_object('page', n % 1000, 'visitor', md5(n::text))
           WHEN n / ${every} % 10 = 9 THEN ${REFUNDED} ELSE ${COMPLETED} END
    FROM (SELECT n, (date '2026-01-01' + (n * ${DAYS}::bigint / ${count})::int)::text AS day
          FROM generate_series(0, ${count - 1}) AS n) AS placed
    ORDER BY n`;
}
