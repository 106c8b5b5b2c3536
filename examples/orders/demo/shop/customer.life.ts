import { TIERS, type Customer } from './customers';
import { act, type Life } from './life';
import type { Order } from './order';
import type { Shop } from './shop';
import { FIRST_NAMES, LAST_NAMES } from './vocabulary';

export function* registration(shop: Shop, customer: Customer): Life {
  const [first, last] = [shop.random.pick(FIRST_NAMES), shop.random.pick(LAST_NAMES)];
  yield act(customer.stream, [
    {
      type: 'CustomerCreated',
      data: {
        customer_id: customer.id,
        email: `${first}.${last}.${customer.id}@example.com`.toLowerCase(),
        name: `${first} ${last}`,
        created_at: shop.timestamp(),
      },
    },
  ]);
}

/** A customer whose order brought them far enough rises; nobody is sent down again. */
export function* promotion(shop: Shop, { customer, stream }: Order): Life {
  const earned = TIERS.findLastIndex((tier) => customer.spent >= tier.from);
  if (earned <= customer.tier) return;
  customer.tier = earned;
  yield act(
    customer.stream,
    [
      {
        type: 'CustomerTierChanged',
        data: { customer_id: customer.id, new_tier: TIERS[earned]!.name, changed_at: shop.timestamp() },
      },
    ],
    [stream],
  );
}
