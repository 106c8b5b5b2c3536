import type { Product } from './catalogue';
import { DAY, HOUR } from './durations';
import { act, wait, type Life } from './life';
import type { Order } from './order';
import type { Shop } from './shop';
import { Stream } from './stream';
import { REVIEW_COMMENTS } from './vocabulary';

export function* review(shop: Shop, order: Order, product: Product): Life {
  const { random } = shop;
  yield wait(random.int(6 * HOUR, 8 * DAY));
  const id = `r${order.id}-${product.id}`;
  const rating = random.weighted([5, 6, 14, 35, 40]) + 1;
  yield act(
    new Stream(`review-${id}`),
    [
      {
        type: 'ReviewSubmitted',
        data: {
          review_id: id,
          customer_id: order.customer.id,
          product_id: product.id,
          rating,
          ...(random.chance(0.6) && { comment: random.pick(REVIEW_COMMENTS[rating - 1]!) }),
          submitted_at: shop.timestamp(),
        },
      },
    ],
    [order.stream],
  );
}
