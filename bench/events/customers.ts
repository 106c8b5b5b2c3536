const EVENTS_PER_CUSTOMER = 20;
const ACTIVE_CUSTOMERS = 1_000;

/** The lives of customers: created, fourteen orders, three reviews, two changes of tier. */
export function customerEvents(count: number): string {
  const active = Math.min(ACTIVE_CUSTOMERS, Math.max(1, count / EVENTS_PER_CUSTOMER));
  const block = active * EVENTS_PER_CUSTOMER;
  return `
    INSERT INTO events (id, stream_id, version, type, data)
    SELECT gen_random_uuid(), 'customer-' || customer, step + 1,
      CASE WHEN step = 0 THEN 'CustomerCreated' WHEN step IN (5, 10, 15) THEN 'ReviewSubmitted'
           WHEN step IN (8, 18) THEN 'CustomerTierChanged' ELSE 'OrderCompleted' END,
      jsonb_build_object('customer_id', 'customer-' || customer)
        || CASE WHEN step = 0 THEN jsonb_build_object('name', 'Customer ' || customer)
                WHEN step IN (5, 10, 15) THEN jsonb_build_object('rating', 1 + n % 5)
                WHEN step IN (8, 18) THEN jsonb_build_object('new_tier', CASE step WHEN 8 THEN 'silver' ELSE 'gold' END)
                ELSE jsonb_build_object('order_id', 'order-' || n, 'total_amount', 5 + n % 90 + 0.5,
                  'completed_at', to_char(timestamp '2026-01-01' + n * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) END
    FROM (SELECT n, n / ${block} * ${active} + n % ${active} AS customer, n % ${block} / ${active} AS step
          FROM generate_series(0, ${count - 1}) AS n) AS placed
    ORDER BY n`;
}
