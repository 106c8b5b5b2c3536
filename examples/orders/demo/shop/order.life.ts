import { promotion } from './customer.life';
import { DAY, HOUR, MINUTE } from './durations';
import { act, wait, type Life } from './life';
import { amount } from './money';
import type { Order } from './order';
import { review } from './review.life';
import type { Shop } from './shop';
import { CANCEL_REASONS } from './vocabulary';

/** How often an order has one line, two lines, and so on. */
const LINES = [5, 9, 13, 17, 17, 14, 10, 7, 5, 3];

export function* orderLife(shop: Shop, order: Order): Life {
  const { random } = shop;
  yield* shopping(shop, order);
  if (random.chance(0.08)) return yield* cancellation(shop, order);

  yield wait(random.int(2 * HOUR, 2.5 * DAY));
  yield act(order.stream, [
    { type: 'OrderShipped', data: { order_id: order.id, shipped_at: shop.timestamp() } },
  ]);

  yield wait(random.int(0.5 * DAY, 4 * DAY));
  const completedAt = shop.timestamp();
  yield completion(order, completedAt);
  order.customer.spent += order.total;
  yield* promotion(shop, order);

  for (const line of order.lines) {
    if (random.chance(0.16)) shop.begin(review(shop, order, line.product));
  }
  if (random.chance(0.05)) yield* refund(shop, order, completedAt);
}

function* shopping(shop: Shop, order: Order): Life {
  const { random } = shop;
  const wanted = shop.catalogue.choose(random, random.weighted(LINES) + 1);
  const quantity = () => random.weighted([72, 18, 6, 4]) + 1;

  const [first, ...others] = wanted;
  if (first === undefined) throw new Error('An order was placed in a shop without products.');
  yield act(
    order.stream,
    [
      {
        type: 'OrderCreated',
        data: { order_id: order.id, customer_id: order.customer.id, created_at: shop.timestamp() },
      },
      order.add(first, quantity()),
    ],
    [order.customer.stream, first.stream],
  );
  while (others.length > 0) {
    yield wait(random.int(MINUTE / 2, 20 * MINUTE));
    const more = others.splice(0, random.int(1, 3));
    yield act(
      order.stream,
      more.map((product) => order.add(product, quantity())),
      more.map((product) => product.stream),
    );
  }
  while (order.lines.length > 1 && random.chance(0.22)) {
    yield wait(random.int(1, 15) * MINUTE);
    yield act(order.stream, [order.remove(random.pick(order.lines))]);
  }
}

function* cancellation(shop: Shop, order: Order): Life {
  yield wait(shop.random.int(5 * MINUTE, 20 * HOUR));
  yield act(order.stream, [
    {
      type: 'OrderCancelled',
      data: {
        order_id: order.id,
        cancelled_at: shop.timestamp(),
        ...(shop.random.chance(0.65) && { reason: shop.random.pick(CANCEL_REASONS) }),
      },
    },
  ]);
}

function completion(order: Order, completedAt: string) {
  return act(order.stream, [
    {
      type: 'OrderCompleted',
      data: {
        order_id: order.id,
        customer_id: order.customer.id,
        total_amount: amount(order.total),
        item_count: order.lines.length,
        completed_at: completedAt,
      },
    },
  ]);
}

/** All of it, or one line that was sent back. */
function* refund(shop: Shop, order: Order, completedAt: string): Life {
  yield wait(shop.random.int(1 * DAY, 12 * DAY));
  const returned = shop.random.pick(order.lines);
  const cents = shop.random.chance(0.5) ? order.total : returned.price * returned.quantity;
  yield act(order.stream, [
    {
      type: 'OrderRefunded',
      data: {
        order_id: order.id,
        customer_id: order.customer.id,
        refund_amount: amount(cents),
        original_completed_at: completedAt,
        refunded_at: shop.timestamp(),
      },
    },
  ]);
}
