import { PROJECTIONS, type ShopApp, startShop } from './shop/shop-app';

describe('GET /health', () => {
  let shop: ShopApp;

  beforeAll(async () => {
    shop = await startShop();
  });

  afterAll(() => shop.close());

  it('tells of every projection, and is up while all of them run', async () => {
    const { body: written } = await shop.write('POST', '/orders', { customer_id: 'ada' });
    await shop.follow();
    await shop.projections.waitFor('dashboard', BigInt(written.globalPosition));
    const { status, body } = await shop.get('/health');
    expect(status).toBe(200);
    expect(body.status).toBe('ok');
    const { projections } = body.details.projections;
    expect(Object.keys(projections).toSorted()).toEqual([...PROJECTIONS, 'dashboard'].toSorted());
    for (const detail of Object.values(projections))
      expect(detail).toMatchObject({ state: 'running', lagEvents: 0, problem: null });
  });

  it('is down when a projection has stopped, and the others go on', async () => {
    const { body: poison } = await shop.write('POST', '/events', {
      streamId: 'order-poison',
      events: [{ type: 'OrderCreated', data: { customer_id: 'ada' } }],
    });
    await expect(
      shop.projections.waitFor('order_summary', BigInt(poison.globalPosition), { timeoutMs: 30_000 }),
    ).rejects.toThrow('orderId');
    const { status, body } = await shop.get('/health');
    expect(status).toBe(503);
    expect(body.error.projections.projections.order_summary).toMatchObject({
      state: 'stopped',
      problem: expect.stringContaining('OrderCreated'),
    });

    const { body: written } = await shop.write('POST', '/customers', { email: 'a@example.com', name: 'Ada' });
    await shop.projections.waitFor('customer_activity', BigInt(written.globalPosition), {
      timeoutMs: 30_000,
    });
  });
});
