import { registration } from './customer.life';
import { wait, type Life } from './life';
import { Order } from './order';
import { orderLife } from './order.life';
import { productLife } from './product.life';
import type { Shop } from './shop';

/** New products keep coming: most are there when the shop opens, the rest follow over the season. */
export function* assortment(shop: Shop, products: number, season: number): Life {
  const atOpening = Math.max(12, Math.round(products * 0.7));
  for (let i = 0; i < atOpening; i++) shop.begin(productLife(shop));
  for (let i = atOpening; i < products; i++) {
    yield wait(Math.floor(season / (products - atOpening)));
    shop.begin(productLife(shop));
  }
}

/** Customers come and order, spread over the season; about every third has not been here before. */
export function* trade(shop: Shop, orders: number, season: number): Life {
  const opened = shop.now();
  for (let i = 0; i < orders; i++) {
    const due = opened + ((i + shop.random.next()) * season) / orders;
    yield wait(Math.max(0, Math.floor(due) - shop.now()));
    const known = shop.random.chance(0.7) ? shop.customers.returning(shop.random) : undefined;
    const customer = known ?? shop.customers.register();
    if (known === undefined) yield* registration(shop, customer);
    shop.begin(orderLife(shop, new Order(1001 + i, customer)));
  }
}
