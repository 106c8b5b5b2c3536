import { EventStore } from 'nestjs-projections';
import type { Measures, RunContext, Variant } from '../harness/run';
import type { Workload } from '../harness/workload';
import { AppendNotifier } from '../../src/postgres/append-notifier';
import { openApp } from '../variants/ours-app';

/** @param wakeUp whether readers are told, as they always are outside this benchmark */
function appendingWith(writers: number, wakeUp: boolean): Variant {
  return {
    name: `${writers} writer${writers > 1 ? 's' : ''}, wake-up ${wakeUp ? 'on' : 'off'}`,
    comparable: false,
    run: (context) => append(context, writers, wakeUp),
  };
}

async function append({ url, events }: RunContext, writers: number, wakeUp: boolean): Promise<Measures> {
  const prototype: Pick<AppendNotifier, 'committed'> = AppendNotifier.prototype;
  const before = Object.getOwnPropertyDescriptor(prototype, 'committed')!;
  if (!wakeUp) prototype.committed = () => undefined;
  const app = await openApp(url, { entities: [], projections: [] });
  try {
    const store = app.get(EventStore);
    const begin = performance.now();
    await Promise.all(
      Array.from({ length: writers }, (_, n) => write(store, `${process.pid}-${n}`, events / writers)),
    );
    return { 'appends/s': (events * 1000) / (performance.now() - begin) };
  } finally {
    Object.defineProperty(prototype, 'committed', before);
    await app.close();
  }
}

async function write(store: EventStore, stream: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    await store.append(stream, [
      { type: 'OrderItemAdded', data: { order_id: stream, price: 1.25, quantity: n } },
    ]);
}

export const appending: Workload = {
  id: 'W7',
  title: 'append throughput, one event an append',
  events: 10_000,
  models: [],
  metric: 'appends/s',
  baseline: '8 writers, wake-up off',
  variants: [1, 8].flatMap((writers) => [appendingWith(writers, false), appendingWith(writers, true)]),
};
