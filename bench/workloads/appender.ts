import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { EventStore } from 'nestjs-projections';
import { openApp } from '../variants/ours-app';

const EVERY_MS = 5;

/** Appends at a steady pace, whatever a single append takes. */
async function main(): Promise<void> {
  const [url, events] = process.argv.slice(2) as [string, string];
  const app = await openApp(url, { entities: [], projections: [] });
  const store = app.get(EventStore);
  const begin = performance.now();
  const appends: Promise<unknown>[] = [];
  for (let n = 0; n < Number(events); n++) {
    await delay(Math.max(0, begin + n * EVERY_MS - performance.now()));
    const at = new Date().toISOString();
    const sent = performance.timeOrigin + performance.now();
    const data = { order_id: `order-${n}`, customer_id: 'customer-1', at, sent };
    appends.push(store.append(`order-${n}`, [{ type: 'OrderCreated', data }]));
  }
  await Promise.all(appends);
  await app.close();
  process.disconnect();
}

void main();
