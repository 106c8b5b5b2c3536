import { customerEvents } from '../events/customers';
import { type Locality, orderEvents } from '../events/orders';
import { salesAmongOthers, salesEvents } from '../events/sales';
import type { Workload } from '../harness/workload';
import { customerActivity } from '../models/customer-activity';
import { dailySales } from '../models/daily-sales';
import { orderSummary } from '../models/order-summary';
import { TYPEORM_PER_EVENT } from '../variants/typeorm-per-event';
import { appending } from './appending';
import { idle } from './idle';
import { latency } from './latency';
import { allVariants, curveVariants, fastVariants, ownVariants } from './order-variants';
import { together } from './together';

const rates = { metric: 'events/s', baseline: TYPEORM_PER_EVENT };

const orders = (
  id: string,
  locality: Locality,
  events: number,
  variants: Workload['variants'],
): Workload => ({
  ...rates,
  id,
  title: `order_summary, ${locality} streams`,
  events,
  models: [orderSummary()],
  variants,
  insert: (count) => orderEvents(locality, count),
});

export const workloads: readonly Workload[] = [
  orders('W1', 'clustered', 200_000, allVariants),
  orders('W1i', 'interleaved', 200_000, fastVariants),
  orders('W1m', 'clustered', 2_000_000, fastVariants),
  orders('W1im', 'interleaved', 2_000_000, fastVariants),
  orders('W1l', 'clustered', 5_000_000, curveVariants),
  {
    ...rates,
    id: 'W2',
    title: 'daily_sales, few hot rows',
    events: 200_000,
    models: [dailySales],
    variants: ownVariants,
    insert: salesEvents,
  },
  {
    ...rates,
    id: 'W3',
    title: 'customer_activity, three tables',
    events: 200_000,
    models: [customerActivity],
    variants: ownVariants,
    insert: customerEvents,
  },
  {
    ...rates,
    id: 'W4',
    title: 'daily_sales, one event in a thousand is handled',
    events: 1_000_000,
    models: [dailySales],
    variants: ownVariants.filter(({ name }) => name !== TYPEORM_PER_EVENT),
    baseline: undefined,
    insert: (count) => salesAmongOthers(count, 1_000),
  },
  together,
  latency,
  appending,
  idle,
];
