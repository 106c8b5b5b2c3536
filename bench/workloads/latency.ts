import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Projections } from 'nestjs-projections';
import type { Measures, RunContext, Variant } from '../harness/run';
import type { Workload } from '../harness/workload';
import { orderSummary } from '../models/order-summary';
import { openApp } from '../variants/ours-app';

const model = orderSummary();

/** Milliseconds from just before an append in another process until its rows are committed. */
function latencyOf(name: string, listen: boolean): Variant {
  return { name, comparable: false, run: (context) => measure(context, listen) };
}

async function measure({ url, events }: RunContext, listen: boolean): Promise<Measures> {
  const app = await openApp(url, {
    entities: model.entities,
    projections: [model.projection('row', {})],
    options: { listen },
  });
  try {
    const times: number[] = [];
    const done = new Promise<void>((resolve) =>
      app
        .get(Projections)
        .changes(model.name)
        .subscribe((batch) => {
          const now = performance.timeOrigin + performance.now();
          for (const { data } of batch.events) times.push(now - (data as { sent: number }).sent);
          if (times.length >= events) resolve();
        }),
    );
    const appender = fork(join(__dirname, 'appender.ts'), [url, String(events)], {
      execArgv: ['-r', '@swc-node/register'],
    });
    await Promise.all([done, once(appender, 'exit')]);
    return percentiles(times);
  } finally {
    await app.close();
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
  events: 2_000,
  models: [model],
  metric: 'p50 ms',
  variants: [latencyOf('NOTIFY', true), latencyOf('polling', false)],
};
