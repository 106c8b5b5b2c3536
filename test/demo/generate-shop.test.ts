import { createHash } from 'node:crypto';
import {
  generateShop,
  OPENING,
  SEASON,
  type ShopAppend,
} from '../../examples/orders/demo/shop/generate-shop';
import { DEFAULT_PLAN, type ShopPlan } from '../../examples/orders/demo/shop/shop-plan';
import { ShopLedger } from './shop-ledger';

function* first(count: number, plan: ShopPlan): Generator<ShopAppend> {
  for (const append of generateShop(plan)) {
    if (count-- === 0) return;
    yield append;
  }
}

function fingerprint(plan: ShopPlan): string {
  const hash = createHash('sha256');
  for (const append of first(2_000, plan)) hash.update(JSON.stringify(append));
  return hash.digest('hex');
}

describe('generateShop', () => {
  it('tells the same shop for the same plan, and another one for another', () => {
    const plan = { seed: 7, orders: 300 };
    expect(fingerprint(plan)).toBe(fingerprint({ ...plan }));
    expect(fingerprint(plan)).not.toBe(fingerprint({ ...plan, seed: 8 }));
    expect(fingerprint(plan)).not.toBe(fingerprint({ ...plan, orders: 301 }));
  });

  it('gives every event an id that is a UUID', () => {
    const ids = [...first(500, DEFAULT_PLAN)].flatMap((append) => append.events.map((event) => event.id));
    expect(
      ids.filter((id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toEqual([]);
  });

  it('is lazy: the opening of a huge shop costs nothing', () => {
    expect([...first(100, { seed: 1, orders: 50_000_000 })]).toHaveLength(100);
  });

  it('has no events without orders', () => {
    expect([...generateShop({ seed: 1, orders: 0 })]).toEqual([]);
  });

  it.each([1, 2, 3, 10, 50, 1_000])('tells only what can happen, with %i orders', (orders) => {
    for (const seed of [1, 2, 3]) {
      const ledger = new ShopLedger(generateShop({ seed, orders }));
      expect(ledger.faults).toEqual([]);
      expect(ledger.orders.size).toBe(orders);
    }
  });

  describe('at its default scale', () => {
    const appends = [...generateShop(DEFAULT_PLAN)];
    const ledger = new ShopLedger(appends);
    const share = (part: string, whole: string) => ledger.counts[part]! / ledger.counts[whole]!;

    it('tells only what can happen', () => {
      expect(ledger.faults).toEqual([]);
    });

    it('makes about 50,000 events of 5,000 orders', () => {
      expect(ledger.orders.size).toBe(5_000);
      expect(ledger.events).toBeGreaterThan(45_000);
      expect(ledger.events).toBeLessThan(60_000);
    });

    it('has the mix of a real shop', () => {
      expect(share('OrderCancelled', 'OrderCreated')).toBeCloseTo(0.08, 1);
      expect(share('OrderCompleted', 'OrderCreated')).toBeGreaterThan(0.85);
      expect(share('OrderRefunded', 'OrderCompleted')).toBeGreaterThan(0.03);
      expect(share('OrderRefunded', 'OrderCompleted')).toBeLessThan(0.07);
      expect(share('OrderItemAdded', 'OrderCreated')).toBeGreaterThan(3);
      expect(share('OrderItemRemoved', 'OrderItemAdded')).toBeGreaterThan(0.03);
      expect(Object.keys(ledger.counts)).toHaveLength(14);
    });

    it('has cancellations with and without a reason, and refunds of all and of a part', () => {
      const events = appends.flatMap((append) => append.events);
      const reasons = events.flatMap((event) =>
        event.type === 'OrderCancelled' ? [event.data.reason !== undefined] : [],
      );
      const whole = events.flatMap((event) =>
        event.type === 'OrderRefunded'
          ? [event.data.refund_amount * 100 === ledger.orders.get(event.data.order_id)!.totalCents]
          : [],
      );
      expect(new Set(reasons)).toEqual(new Set([true, false]));
      expect(new Set(whole)).toEqual(new Set([true, false]));
    });

    it('spreads over the season, with the streams of many orders open at a time', () => {
      const days = new Set(appends.map((append) => Math.floor((append.at - OPENING) / (SEASON / 90))));
      expect(days.size).toBeGreaterThanOrEqual(90);

      const lastOf = new Map(appends.map((append, index) => [append.streamId, index]));
      const open = new Set<string>();
      let most = 0;
      for (const [index, { streamId }] of appends.entries()) {
        if (!streamId.startsWith('order-')) continue;
        open.add(streamId);
        most = Math.max(most, open.size);
        if (lastOf.get(streamId) === index) open.delete(streamId);
      }
      expect(most).toBeGreaterThan(100);
    });
  });
});
