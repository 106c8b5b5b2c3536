import { startShop } from './shop/shop-app';
import { readEvents } from './shop/sse';

const completed = (id: string, total_amount: number) => ({
  type: 'OrderCompleted',
  data: {
    order_id: id,
    customer_id: 'ada',
    total_amount,
    item_count: 1,
    completed_at: '2025-01-01T00:00:00.000Z',
  },
});

describe('GET /dashboard', () => {
  it('streams what happens since the start, to every watcher, and ends with the service', async () => {
    const before = await startShop();
    await before.store.append('order-old', [completed('old', 1_000)]);
    await before.stop();

    const shop = await startShop(before.database);
    const watcher = readEvents(`${shop.url}/dashboard`);
    expect((await watcher.next()).value).toEqual({
      since: expect.any(String),
      events: 0,
      orders: { created: 0, completed: 0, cancelled: 0 },
      revenue: 0,
      refunds: 0,
      lastEvents: [],
    });

    for (let i = 0; i < 12; i++) await shop.store.append(`order-${i}`, [completed(String(i), 0.1)]);
    await shop.write('POST', '/orders', { order_id: 'mine', customer_id: 'ada' });
    await shop.write('POST', '/orders/mine/cancel');
    await shop.store.append('order-0', [
      { type: 'OrderRefunded', data: { order_id: '0', refund_amount: 0.07 } },
    ]);

    const late = readEvents(`${shop.url}/dashboard`);
    for (const watching of [watcher, late]) {
      let seen: any;
      do seen = (await watching.next()).value;
      while (seen.events < 15);
      expect(seen).toMatchObject({
        events: 15,
        orders: { created: 1, completed: 12, cancelled: 1 },
        revenue: 1.2,
        refunds: 0.07,
      });
      expect(seen.lastEvents).toHaveLength(10);
      expect(seen.lastEvents.slice(0, 2)).toEqual([
        {
          globalPosition: expect.stringMatching(/^\d+$/),
          type: 'OrderRefunded',
          streamId: 'order-0',
          recordedAt: expect.any(String),
        },
        expect.objectContaining({ type: 'OrderCancelled', streamId: 'order-mine' }),
      ]);
    }

    const ended = Promise.all([watcher.next(), late.next()]);
    await shop.close();
    expect((await ended).map(({ done }) => done)).toEqual([true, true]);
  });
});
