import { orderEvents } from '../events/orders';
import type { Workload } from '../harness/workload';
import { orderSummary } from '../models/order-summary';
import { ours } from '../variants/ours';

const five = ['_1', '_2', '_3', '_4', '_5'].map((suffix) => orderSummary(suffix));
const one = ours('row');

/** Five row projections of the same events in one process, against one of them. */
export const together: Workload = {
  id: 'W5',
  title: 'five row projections at once',
  events: 200_000,
  models: five,
  metric: 'ms',
  baseline: 'one projection',
  variants: [
    {
      name: 'one projection',
      comparable: false,
      run: (context) => one.run({ ...context, models: five.slice(0, 1) }),
    },
    { name: 'five projections', run: (context) => one.run(context) },
  ],
  insert: (count) => orderEvents('clustered', count),
};
