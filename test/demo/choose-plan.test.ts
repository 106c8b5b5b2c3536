import type { RecordedEvent } from 'nestjs-projections';
import { choosePlan } from '../../examples/orders/demo/choose-plan';
import { DEFAULT_PLAN } from '../../examples/orders/demo/shop/shop-plan';

const firstWith = (metadata: object) => ({ metadata }) as RecordedEvent;
const told = firstWith({ demo: { seed: 7, orders: 100 } });

describe('choosePlan', () => {
  it('takes what is asked for where the store is empty, and its defaults for the rest', () => {
    expect(choosePlan({}, undefined)).toEqual(DEFAULT_PLAN);
    expect(choosePlan({ orders: 0 }, undefined)).toEqual({ seed: DEFAULT_PLAN.seed, orders: 0 });
    expect(choosePlan({ seed: 7 }, undefined)).toEqual({ seed: 7, orders: DEFAULT_PLAN.orders });
  });

  it('goes on with the shop that the store holds', () => {
    expect(choosePlan({}, told)).toEqual({ seed: 7, orders: 100 });
    expect(choosePlan({ orders: 100, seed: 7 }, told)).toEqual({ seed: 7, orders: 100 });
  });

  it.each([{ orders: 101 }, { orders: 0 }, { seed: 8 }])('does not mix another shop into it: %j', (asked) => {
    expect(() => choosePlan(asked, told)).toThrow(/a shop of 100 orders made from seed 7.*--fresh/);
  });

  it("leaves a store alone that holds the user's own events", () => {
    expect(choosePlan({}, firstWith({}))).toBeUndefined();
    expect(choosePlan({ orders: 0 }, firstWith({}))).toBeUndefined();
    expect(() => choosePlan({ orders: 5 }, firstWith({}))).toThrow(/not the demo's own.*--fresh/);
  });
});
