import { refuses } from './shop/bad-requests';
import { type ShopApp, startShop } from './shop/shop-app';

describe('orders and sales, read', () => {
  let shop: ShopApp;
  const numbers: Record<string, string> = {};

  beforeAll(async () => {
    shop = await startShop();
    for (const [id, customer] of [
      ['a', 'ada'],
      ['b', 'bob'],
      ['c', 'ada'],
      ['d', 'bob'],
    ]) {
      const { body } = await shop.write('POST', '/orders', { order_id: id, customer_id: customer });
      numbers[id!] = body.order_number;
      await shop.write('POST', `/orders/${id}/items`, { product_id: 'lamp', price: 19.99, quantity: 3 });
      await shop.write('POST', `/orders/${id}/items`, { product_id: 'pen', price: 0.1, quantity: 3 });
    }
    await shop.write('POST', '/orders/b/ship');
    await shop.write('POST', '/orders/c/complete');
    await shop.write('POST', '/orders/d/cancel', { reason: 'too late' });
    for (const day of ['2025-01-01', '2025-01-02', '2025-01-05'])
      await shop.write('POST', '/events', {
        streamId: `order-${day}`,
        events: [
          {
            type: 'OrderCompleted',
            data: {
              order_id: day,
              customer_id: 'ada',
              total_amount: 12.34,
              item_count: 2,
              completed_at: `${day}T23:59:59.999Z`,
            },
          },
        ],
      });
    await shop.follow();
  });

  afterAll(() => shop.close());

  const idsOf = async (path: string) =>
    ((await shop.get(path)).body as { order_id: string }[]).map(({ order_id }) => order_id);

  it('gives one order, with exact money as a JSON number', async () => {
    const { status, body } = await shop.get('/orders/d');
    expect(status).toBe(200);
    expect(body).toEqual({
      order_id: 'd',
      order_number: numbers.d,
      customer_id: 'bob',
      status: 'cancelled',
      total_amount: 60.27,
      item_count: 2,
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
      shipped_at: null,
      completed_at: null,
      cancelled_at: expect.stringMatching(/Z$/),
      cancellation_reason: 'too late',
    });
    expect(new Set(Object.values(numbers)).size).toBe(4);
  });

  it('answers 404 for an order that is not there', async () => {
    expect(await shop.get('/orders/nope')).toMatchObject({ status: 404 });
  });

  it('lists orders, the newest first, by status and by customer', async () => {
    expect(await idsOf('/orders')).toEqual(['d', 'c', 'b', 'a']);
    expect(await idsOf('/orders?status=&customer=')).toEqual(['d', 'c', 'b', 'a']);
    expect(await idsOf('/orders?status=pending')).toEqual(['a']);
    expect(await idsOf('/orders?customer=ada')).toEqual(['c', 'a']);
    expect(await idsOf('/orders?status=completed&customer=ada')).toEqual(['c']);
    expect(await idsOf('/orders?status=shipped&customer=ada')).toEqual([]);
    expect(await idsOf('/orders?limit=2')).toEqual(['d', 'c']);
  });

  it('gives the days with sales between two dates, both included', async () => {
    const days = async (query: string) =>
      ((await shop.get(`/daily-sales${query}`)).body as { date: string }[]).map(({ date }) => date);
    expect((await shop.get('/daily-sales?from=2025-01-02&to=2025-01-02')).body).toEqual([
      {
        date: '2025-01-02',
        total_orders: 1,
        total_revenue: 12.34,
        total_items: 2,
        total_refunds: 0,
        updated_at: null,
      },
    ]);
    expect(await days('?from=2025-01-02&to=2025-01-05')).toEqual(['2025-01-02', '2025-01-05']);
    expect(await days('?to=2025-01-04')).toEqual(['2025-01-01', '2025-01-02']);
    expect(await days('')).toHaveLength(4);
    expect(await days('?from=2025-01-06&to=2025-01-07')).toEqual([]);
  });

  refuses(
    () => shop,
    [
      ['GET', '/orders/a%20b', undefined, 'id'],
      ['GET', '/orders?status=lost', undefined, 'status'],
      ['GET', '/orders?status=pending&status=shipped', undefined, 'status'],
      ['GET', '/orders?customer=%00', undefined, 'customer'],
      ['GET', '/orders?limit=0', undefined, 'limit'],
      ['GET', '/orders?limit=many', undefined, 'limit'],
      ['GET', '/orders?state=pending', undefined, 'state'],
      ['GET', '/daily-sales?from=2025-02-30', undefined, 'from'],
      ['GET', '/daily-sales?from=0000-01-01', undefined, 'from'],
      ['GET', '/daily-sales?to=yesterday', undefined, 'to'],
      ['GET', '/daily-sales?from=2025-01-02&to=2025-01-01', undefined, 'from'],
    ],
  );
});
