import { once } from 'node:events';
import { join } from 'node:path';
import { Projections } from 'nestjs-projections';
import { forkModule } from '../harness/fork-module';
import type { Measures, RunContext, Variant } from '../harness/run';
import type { Workload } from '../harness/workload';
import { orderSummary } from '../models/order-summary';
import { listenAndApply } from '../variants/raw-listener';
import { openApp } from '../variants/ours-app';

const model = orderSummary();

/** The part that comes first and is not measured: processes that have just begun, and a poll that has slowed down meanwhile. */
const WARM_UP = 0.25;

/** Follows the store until so many events are committed, and tells of each batch when it is. */
type Follow = (
  context: RunContext,
  committed: (events: readonly { readonly data: unknown }[]) => void,
) => Promise<() => Promise<void>>;

const ours =
  (listen: boolean): Follow =>
  async ({ url }, committed) => {
    const app = await openApp(url, {
      entities: model.entities,
      projections: [model.projection('row', {})],
      options: { listen },
    });
    app
      .get(Projections)
      .changes(model.name)
      .subscribe((batch) => committed(batch.events));
    return () => app.close();
  };

const byHand: Follow = async ({ url, events }, committed) => {
  const done = listenAndApply(url, model, events, committed);
  return () => done;
};

/** Milliseconds from just before an append in another process until its rows are committed. */
function latencyOf(name: string, follow: Follow): Variant {
  return { name, comparable: false, run: (context) => measure(context, follow) };
}

async function measure(context: RunContext, follow: Follow): Promise<Measures> {
  const { url, events } = context;
  const times: number[] = [];
  let end: (() => void) | undefined;
  const done = new Promise<void>((resolve) => (end = resolve));
  const close = await follow(context, (batch) => {
    const now = performance.timeOrigin + performance.now();
    for (const { data } of batch) times.push(now - (data as { sent: number }).sent);
    if (times.length >= events) end!();
  });
  try {
    const appender = forkModule(join(__dirname, 'appender'), [url, String(events)]);
    await Promise.all([done, once(appender, 'exit')]);
    return percentiles(times.slice(events * WARM_UP));
  } finally {
    await close();
  }
}

function percentiles(times: readonly number[]): Measures {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
  return { 'p50 ms': at(0.5), 'p99 ms': at(0.99), 'max ms': sorted.at(-1)! };
}

export const latency: Workload = {
  id: 'W6',
  title: 'latency from append to visible row, 200 events/s',
  events: 2_800,
  models: [model],
  metric: 'p50 ms',
  variants: [
    latencyOf('ours, NOTIFY', ours(true)),
    latencyOf('ours, polling', ours(false)),
    latencyOf('limit: raw pg, NOTIFY', byHand),
  ],
};
