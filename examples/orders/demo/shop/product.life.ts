import type { Product } from './catalogue';
import { DAY, HOUR } from './durations';
import { act, wait, type Life } from './life';
import { amount } from './money';
import type { Random } from './random';
import type { Shop } from './shop';
import { CATEGORIES, PRAISE, QUALITIES, TAGS } from './vocabulary';

/** Enough to fill the largest order, whatever is withdrawn. */
const SMALLEST_RANGE = 10;

const CHANGES = ['price', 'text', 'withdrawal'] as const;

export function* productLife(shop: Shop): Life {
  const { random, catalogue } = shop;
  const product = catalogue.add(random.int(4, 180) * 100 + random.pick([0, 25, 49, 50, 90, 95, 99]));
  const category = random.pick(Object.keys(CATEGORIES));
  const name = `${random.pick(QUALITIES)} ${random.pick(CATEGORIES[category]!)}`;

  yield act(product.stream, [
    {
      type: 'ProductCreated',
      data: {
        product_id: product.id,
        name,
        ...wording(random, name, category),
        price: amount(product.price),
        created_at: shop.timestamp(),
      },
    },
  ]);

  for (;;) {
    yield wait(random.int(2 * DAY, 30 * DAY));
    const change = CHANGES[random.weighted([60, 37, catalogue.size > SMALLEST_RANGE ? 3 : 0])];
    if (change === 'price') yield repricing(shop, product);
    if (change === 'text') {
      yield act(product.stream, [
        {
          type: 'ProductUpdated',
          data: {
            product_id: product.id,
            name,
            ...wording(random, name, category),
            updated_at: shop.timestamp(),
          },
        },
      ]);
    }
    if (change === 'withdrawal') return yield* withdrawal(shop, product);
  }
}

function wording(random: Random, name: string, category: string) {
  const tags = TAGS.filter(() => random.chance(0.25));
  return {
    description: `${name} for ${category}, ${random.pick(PRAISE)}`,
    category,
    ...(tags.length > 0 && { tags }),
  };
}

function repricing(shop: Shop, product: Product) {
  product.price = Math.max(99, Math.round((product.price * shop.random.int(80, 118)) / 100));
  return act(product.stream, [
    {
      type: 'ProductPriceChanged',
      data: {
        product_id: product.id,
        new_price: amount(product.price),
        changed_at: shop.timestamp(),
      },
    },
  ]);
}

/** It leaves the shop first and is deleted later, when what is in the carts has been ordered. */
function* withdrawal(shop: Shop, product: Product): Life {
  shop.catalogue.remove(product);
  yield wait(shop.random.int(6 * HOUR, 2 * DAY));
  yield act(product.stream, [
    { type: 'ProductDeleted', data: { product_id: product.id, deleted_at: shop.timestamp() } },
  ]);
}
