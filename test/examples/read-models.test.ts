import { fold } from './fold/fold';
import { history } from './fold/history';
import { PROJECTIONS, type ShopApp, startShop } from './shop/shop-app';
import { readEvents } from './fold/stored-event';
import { dumpTable, readTable, sorted, TABLES, TABLES_OF, type Tables } from './fold/tables';

const EVENTS = 900;
const WRITERS = 8;

const TYPES = [
  'CustomerCreated',
  'CustomerTierChanged',
  'OrderCancelled',
  'OrderCompleted',
  'OrderCreated',
  'OrderItemAdded',
  'OrderItemRemoved',
  'OrderRefunded',
  'OrderShipped',
  'ProductCreated',
  'ProductDeleted',
  'ProductPriceChanged',
  'ProductUpdated',
  'ReviewSubmitted',
];

describe.each([1, 20_250_101])('read models of the random history %i', (seed) => {
  let shop: ShopApp;
  let expected: Tables;

  beforeAll(async () => {
    shop = await startShop();
    const appends = history(seed, EVENTS);
    // Several writers at once, so that positions commit out of order.
    const write = async () => {
      for (const { streamId, events } of appends) await shop.store.append(streamId, events);
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    await shop.follow();
    expected = fold(await readEvents(shop.database));
  });

  afterAll(() => shop.close());

  it('has every type of event', async () => {
    const events = await readEvents(shop.database);
    expect(events).toHaveLength(EVENTS);
    expect([...new Set(events.map(({ type }) => type))].toSorted()).toEqual(TYPES);
  });

  it.each(TABLES)('%s equals an independent fold of the events', async (table) => {
    expect(expected[table].length).toBeGreaterThan(5);
    expect(sorted(await readTable(shop.database, table))).toEqual(sorted(expected[table]));
  });

  it.each(PROJECTIONS)('%s mends spoiled tables by a rebuild, and ends with equal ones', async (name) => {
    const dump = () => Promise.all(TABLES.map((table) => dumpTable(shop.database, table)));
    const before = await dump();
    for (const table of TABLES_OF[name]!)
      await shop.database.query(`DELETE FROM ${table} WHERE ctid IN (SELECT ctid FROM ${table} LIMIT 3)`);
    expect(await dump()).not.toEqual(before);
    await shop.projections.rebuild(name);
    expect(await dump()).toEqual(before);
  });

  it('has read models that go on after their rebuild', async () => {
    for (const { streamId, events } of history(seed + 1, 50))
      if (!events.some(({ type }) => /Created|OrderCompleted/.test(type)))
        await shop.store.append(streamId, events);
    await shop.follow();
    const now = fold(await readEvents(shop.database));
    for (const table of TABLES)
      expect(sorted(await readTable(shop.database, table))).toEqual(sorted(now[table]));
  });
});
