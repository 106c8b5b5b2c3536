/** Ten events make an order. */
const EVENTS_PER_ORDER = 10;
/** So many orders are open at once where streams are clustered. */
const OPEN_ORDERS = 1_000;

export type Locality = 'clustered' | 'interleaved';

/** Which order an event belongs to and which of its events it is, by the number `n` of the event. */
function placing(locality: Locality, count: number): string {
  const orders = Math.max(1, count / EVENTS_PER_ORDER);
  const open = locality === 'clustered' ? Math.min(OPEN_ORDERS, orders) : orders;
  const block = open * EVENTS_PER_ORDER;
  // A multiplier without a common factor with the count visits all orders of a round in a scattered sequence.
  const within = locality === 'clustered' ? `n % ${open}` : `((n % ${open}) * 7919::bigint % ${open})::int`;
  return `n / ${block} * ${open} + ${within} AS stream, n % ${block} / ${open} AS step`;
}

/** The lives of orders: created, six items added, one removed, shipped, completed. */
export function orderEvents(locality: Locality, count: number): string {
  return `
    INSERT INTO events (id, stream_id, version, type, data)
    SELECT gen_random_uuid(), 'order-' || stream, step + 1,
      CASE step WHEN 0 THEN 'OrderCreated' WHEN 7 THEN 'OrderItemRemoved' WHEN 8 THEN 'OrderShipped'
                WHEN 9 THEN 'OrderCompleted' ELSE 'OrderItemAdded' END,
      jsonb_build_object('order_id', 'order-' || stream, 'at', to_char(
          timestamp '2026-01-01' + n * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
        || CASE step WHEN 0 THEN jsonb_build_object('customer_id', 'customer-' || stream % 997)
                     WHEN 8 THEN '{}' WHEN 9 THEN '{}'
                     ELSE jsonb_build_object('product_id', 'product-' || (stream + step) % 101,
                       'price', 1 + (stream + step % 7) % 50 + 0.25, 'quantity', 1 + step % 3) END
    FROM (SELECT n, ${placing(locality, count)} FROM generate_series(0, ${count - 1}) AS n) AS placed
    ORDER BY n`;
}
