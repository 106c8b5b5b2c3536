import { setTimeout as delay } from 'node:timers/promises';
import { Projections } from 'nestjs-projections';
import type { Measures, RunContext } from '../harness/run';
import type { Workload } from '../harness/workload';
import { orderEvents } from '../events/orders';
import { orderSummary } from '../models/order-summary';
import { openApp } from '../variants/ours-app';

const five = ['_1', '_2', '_3', '_4', '_5'].map((suffix) => orderSummary(suffix));
/** Polling has slowed down by then. */
const SETTLE_MS = 3_000;
const MEASURED_MS = 5_000;

/** What an application costs whose projections have nothing to do. */
async function rest({ url, events }: RunContext): Promise<Measures> {
  const app = await openApp(url, {
    entities: five.flatMap(({ entities }) => entities),
    projections: five.map((model) => model.projection('row', {})),
  });
  try {
    for (const { name } of five) await app.get(Projections).waitFor(name, BigInt(events));
    await delay(SETTLE_MS);
    const before = process.cpuUsage();
    const begin = performance.now();
    await delay(MEASURED_MS);
    const { user, system } = process.cpuUsage(before);
    return { 'CPU %': (user + system) / 10 / (performance.now() - begin) };
  } finally {
    await app.close();
  }
}

export const idle: Workload = {
  id: 'idle',
  title: 'CPU of an idle instance with five projections, in parts of a core',
  events: 1_000,
  models: five,
  metric: 'CPU %',
  variants: [{ name: 'nestjs-projections', run: rest }],
  insert: (count) => orderEvents('clustered', count),
};
