import type { NewEvent } from 'nestjs-projections';
import { Random } from './random';

export interface HistoryAppend {
  readonly streamId: string;
  readonly events: readonly NewEvent[];
}

interface EventKind {
  readonly type: string;
  readonly stream: 'order' | 'product' | 'customer' | 'review';
  /** How many different things of the kind there are. */
  readonly ids: number;
  readonly weight: number;
  readonly data: (id: string) => object;
}

/** What the key of a table forbids to happen twice to one thing. */
const ONCE = new Set([
  'OrderCreated',
  'OrderCompleted',
  'ProductCreated',
  'CustomerCreated',
  'ReviewSubmitted',
]);

/**
 * Events of every type, in an order that no write side would allow: removals of what is not there, refunds for days
 * without sales, changes of products, orders and customers that do not exist, not yet or no longer.
 */
export function* history(seed: number, length: number): Generator<HistoryAppend, void, void> {
  const random = new Random(seed);
  const urn = kinds(random).flatMap((kind) => Array.from({ length: kind.weight }, () => kind));
  const happened = new Set<string>();
  while (happened.size < length) {
    const { type, stream, ids, data } = random.oneOf(urn);
    const id = `${stream[0]}${random.below(ids)}`;
    const key = ONCE.has(type) ? `${type} ${id}` : `event ${happened.size}`;
    if (happened.has(key)) continue;
    happened.add(key);
    yield { streamId: `${stream}-${id}`, events: [{ type, data: data(id) }] };
  }
}

function kinds(random: Random): EventKind[] {
  return [...orderKinds(random), ...productKinds(random), ...customerKinds(random)];
}

function orderKind(type: string, weight: number, more: () => object): EventKind {
  return { type, stream: 'order', ids: 40, weight, data: (order_id) => ({ order_id, ...more() }) };
}

function orderKinds(random: Random): EventKind[] {
  const customer = () => `c${random.below(14)}`;
  const item = () => ({
    product_id: `p${random.below(20)}`,
    price: random.money(200),
    quantity: 1 + random.below(9),
  });
  return [
    orderKind('OrderCreated', 5, () => ({ customer_id: customer(), created_at: random.time() })),
    orderKind('OrderItemAdded', 8, item),
    orderKind('OrderItemRemoved', 4, item),
    orderKind('OrderShipped', 2, () => ({ shipped_at: random.time() })),
    orderKind('OrderCompleted', 4, () => ({
      customer_id: customer(),
      total_amount: random.money(900),
      item_count: random.below(9),
      completed_at: random.time(),
    })),
    orderKind('OrderCancelled', 2, () => ({
      cancelled_at: random.time(),
      ...(random.chance(0.5) && { reason: 'too late' }),
    })),
    orderKind('OrderRefunded', 3, () => ({
      customer_id: customer(),
      refund_amount: random.money(90),
      original_completed_at: random.time(),
      refunded_at: random.time(),
    })),
  ];
}

function productKind(type: string, weight: number, more: () => object): EventKind {
  return { type, stream: 'product', ids: 20, weight, data: (product_id) => ({ product_id, ...more() }) };
}

function productKinds(random: Random): EventKind[] {
  const text = () => ({
    name: random.oneOf(['Copper Kettle', 'Oak Lamp', "Children's Kite"]),
    description: random.oneOf(['made to last', 'the best there is', '']),
    category: random.oneOf(['kitchen', 'toys']),
    ...(random.chance(0.6) && { tags: random.oneOf([[], ['new'], ['new', 'gift']]) }),
  });
  return [
    productKind('ProductCreated', 4, () => ({
      ...text(),
      price: random.money(500),
      created_at: random.time(),
    })),
    productKind('ProductUpdated', 3, () => ({ ...text(), updated_at: random.time() })),
    productKind('ProductPriceChanged', 3, () => ({
      new_price: random.money(500),
      changed_at: random.time(),
    })),
    productKind('ProductDeleted', 1, () => ({ deleted_at: random.time() })),
  ];
}

function customerKinds(random: Random): EventKind[] {
  return [
    {
      type: 'CustomerCreated',
      stream: 'customer',
      ids: 12,
      weight: 2,
      data: (customer_id) => ({
        customer_id,
        email: `${customer_id}@example.com`,
        name: 'Ada',
        created_at: random.time(),
      }),
    },
    {
      type: 'CustomerTierChanged',
      stream: 'customer',
      ids: 12,
      weight: 2,
      data: (customer_id) => ({
        customer_id,
        new_tier: random.oneOf(['silver', 'gold']),
        changed_at: random.time(),
      }),
    },
    {
      type: 'ReviewSubmitted',
      stream: 'review',
      ids: 1_000_000,
      weight: 4,
      data: (review_id) => ({
        review_id,
        customer_id: `c${random.below(14)}`,
        product_id: `p${random.below(20)}`,
        rating: 1 + random.below(5),
        submitted_at: random.time(),
      }),
    },
  ];
}
