import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStore } from 'nestjs-projections';
import { appendShop } from '../../examples/orders/demo/append-shop';
import { generateShop, type ShopAppend } from '../../examples/orders/demo/shop/generate-shop';
import { countEvents, storedIds } from '../../examples/orders/demo/stored-events';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';

const plan = { seed: 3, orders: 150 };
const shop = [...generateShop(plan)];
const eventsOf = (appends: readonly ShopAppend[]) =>
  appends.flatMap(({ events }) => events.map(({ id }) => id));
const never = new AbortController().signal;
const silent = () => undefined;

describe('appendShop', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    app = await startApp(database.url);
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  const append = (store: Pick<EventStore, 'append'>, signal = never, onPortion: () => void = silent) =>
    appendShop({
      shop: generateShop(plan),
      store: store as EventStore,
      storedIds: (ids) => storedIds(app.dataSource, ids),
      signal,
      onPortion,
    });

  async function expectWholeShop(): Promise<void> {
    const rows = await database.query<{ stream_id: string; ids: string[] }>(
      'SELECT stream_id, array_agg(id ORDER BY version) AS ids FROM events GROUP BY stream_id',
    );
    const stored = new Map(rows.map((row) => [row.stream_id, row.ids]));
    const told = new Map<string, ShopAppend[]>();
    for (const next of shop) told.set(next.streamId, [...(told.get(next.streamId) ?? []), next]);
    expect(stored).toEqual(new Map([...told].map(([id, appends]) => [id, eventsOf(appends)])));
  }

  it('stores the whole shop, every stream in its order', async () => {
    await append(app.store);
    await expectWholeShop();
  });

  it('stops between two portions when asked, and goes on from there', async () => {
    const stop = new AbortController();
    await append(app.store, stop.signal, () => stop.abort());
    const half = await countEvents(app.dataSource);
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(eventsOf(shop).length);

    await append(app.store);
    await expectWholeShop();
  });

  it('goes on after a crash in the middle of a portion, without an event twice', async () => {
    for (const crashAfter of [1, 7, 300, 301]) {
      let left = crashAfter;
      const dying: Pick<EventStore, 'append'> = {
        append: (...args) =>
          left-- > 0 ? app.store.append(...args) : Promise.reject(new Error('the power is out')),
      };
      await expect(append(dying)).rejects.toThrow('the power is out');
    }
    let appends = 0;
    await append({
      append: (...args) => {
        appends++;
        return app.store.append(...args);
      },
    });
    await expectWholeShop();
    expect(appends).toBe(shop.length - 609);

    await append({ append: () => Promise.reject(new Error('there is nothing left to append')) });
  });
});

describe('appendShop, whatever the store takes its time for', () => {
  it('appends nothing before what it follows, and yet several at once', async () => {
    const order = new Map(shop.map((next, index) => [eventsOf([next])[0]!, index]));
    const begunTooSoon: string[] = [];
    const stored = new Set<number>();
    let underWay = 0;
    let most = 0;
    const slow = {
      append: async (streamId: string, events: ShopAppend['events']) => {
        const index = order.get(events[0]!.id)!;
        const follows = new Set(shop[index]!.follows);
        shop.slice(0, index).forEach((earlier, at) => {
          if (follows.has(earlier.streamId) && !stored.has(at)) begunTooSoon.push(streamId);
        });
        most = Math.max(most, ++underWay);
        await sleep(((index * 7) % 5) * 2);
        underWay--;
        stored.add(index);
        return { version: 0, globalPosition: 0n };
      },
    };
    await appendShop({
      shop,
      store: slow as unknown as EventStore,
      storedIds: () => Promise.resolve(new Set()),
      signal: never,
      onPortion: silent,
    });
    expect(begunTooSoon).toEqual([]);
    expect(stored.size).toBe(shop.length);
    expect(most).toBeGreaterThan(3);
  });
});
