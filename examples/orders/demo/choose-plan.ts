import type { RecordedEvent } from 'nestjs-projections';
import { DemoError } from './demo-error';
import { DEFAULT_PLAN, type ShopPlan } from './shop/shop-plan';

const BEGIN_ANEW = 'Add --fresh to begin anew, or leave out --orders and --seed to go on with it.';

/**
 * Which shop this run tells: the one that the store's first event belongs to, which an earlier run may have left
 * half told, or the one asked for where the store is empty. `undefined` where the events are the user's own.
 */
export function choosePlan(asked: Partial<ShopPlan>, first: RecordedEvent | undefined): ShopPlan | undefined {
  const wanted = { seed: asked.seed ?? DEFAULT_PLAN.seed, orders: asked.orders ?? DEFAULT_PLAN.orders };
  if (first === undefined) return wanted;

  const told = first.metadata.demo as ShopPlan | undefined;
  if (told === undefined) {
    if (!asked.orders) return undefined;
    throw new DemoError(`The store holds events that are not the demo's own. ${BEGIN_ANEW}`);
  }
  if ((asked.orders ?? told.orders) === told.orders && (asked.seed ?? told.seed) === told.seed) return told;
  throw new DemoError(
    `The store holds a shop of ${told.orders} orders made from seed ${told.seed}. ${BEGIN_ANEW}`,
  );
}
