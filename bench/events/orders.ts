/** Ten events make an order. */
const EVENTS_PER_ORDER = 10;
/** So many orders are open at once where streams are clustered. */
const OPEN_ORDERS = 1_000;

export type Locality = 'clustered' | 'interleaved';

/**
 * Which order an event belongs to and which of its events it is. Clustered orders open one after the other, and an event
 * of each comes round whenever all that are open had one: the window moves on steadily, so that no batch happens to
 * begin and end with it.
 */
function placing(locality: Locality, count: number): string {
  const orders = Math.max(1, Math.floor(count / EVENTS_PER_ORDER));
  const open = locality === 'clustered' ? Math.min(OPEN_ORDERS, orders) : orders;
  const at =
    locality === 'clustered'
      ? `stream * ${EVENTS_PER_ORDER} + step * ${open}`
      : // A multiplier without a common factor with the count visits all orders of a round in a scattered sequence.
        `step * ${open} + stream * 7919::bigint % ${open}`;
  return `SELECT stream, step, row_number() OVER (ORDER BY ${at}, step) - 1 AS n
          FROM generate_series(0, ${orders - 1}) AS stream, generate_series(0, ${EVENTS_PER_ORDER - 1}) AS step`;
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
    FROM (${placing(locality, count)}) AS placed
    ORDER BY n`;
}
