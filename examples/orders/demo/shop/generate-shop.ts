import type { NewEvent } from 'nestjs-projections';
import { Agenda } from './agenda';
import { Catalogue } from './catalogue';
import { Customers } from './customers';
import { DAY, HOUR } from './durations';
import { eventId } from './event-id';
import type { Deed, Life } from './life';
import { Random } from './random';
import type { Shop } from './shop';
import type { ShopEvent } from './shop-event';
import type { ShopPlan } from './shop-plan';
import { assortment, trade } from './trade.life';

export const OPENING = Date.parse('2025-01-01T06:00:00Z');
export const SEASON = 90 * DAY;
const CLOSING = OPENING + SEASON;

/** A small shop keeps a small range, a busy one not an endless one. */
function range(orders: number): number {
  return Math.min(2_000, Math.round(orders * 0.06));
}

export interface ShopAppend {
  /** When it happens in the shop, in milliseconds. */
  readonly at: number;
  readonly streamId: string;
  readonly expectedVersion: number | 'no-stream';
  readonly events: readonly (ShopEvent & NewEvent & { readonly id: string })[];
  /** Streams whose earlier appends must be stored before this one: its causes, and its own. */
  readonly follows: readonly string[];
}

/** The life of a shop over one season, as the appends it makes, in order of time: the same for the same plan. */
export function* generateShop(plan: ShopPlan): Generator<ShopAppend, void, void> {
  if (plan.orders === 0) return;
  const agenda = new Agenda<Life>();
  let now = OPENING;
  const shop: Shop = {
    random: new Random(plan.seed),
    customers: new Customers(),
    catalogue: new Catalogue(),
    now: () => now,
    timestamp: () => new Date(now).toISOString(),
    begin: (life) => agenda.put(now, life),
  };
  shop.begin(assortment(shop, range(plan.orders), SEASON));
  agenda.put(OPENING + HOUR, trade(shop, plan.orders, SEASON - HOUR));

  const record = recorder(plan);
  for (let next = agenda.take(); next !== undefined && next.at <= CLOSING; next = agenda.take()) {
    now = next.at;
    for (let step = next.item.next(); !step.done; step = next.item.next()) {
      if ('wait' in step.value) {
        agenda.put(now + step.value.wait, next.item);
        break;
      }
      yield record(step.value, now);
    }
  }
}

function recorder(plan: ShopPlan): (deed: Deed, at: number) => ShopAppend {
  const planId = `${plan.seed}/${plan.orders}`;
  const metadata = { demo: { seed: plan.seed, orders: plan.orders } };
  let count = 0;
  return ({ stream, events, causes }, at) => {
    const expectedVersion = stream.version === 0 ? 'no-stream' : stream.version;
    stream.version += events.length;
    return {
      at,
      streamId: stream.id,
      expectedVersion,
      events: events.map((event) => ({ id: eventId(planId, ++count), ...event, metadata })),
      follows: [stream.id, ...causes.map((cause) => cause.id)],
    };
  };
}
