import { refuses } from './shop/bad-requests';
import { type ShopApp, startShop } from './shop/shop-app';

const LAMP = { product_id: 'lamp', price: 19.99, quantity: 3 };
const PEN = { product_id: 'pen', price: 0.1, quantity: 3 };

describe('orders, written', () => {
  let shop: ShopApp;
  let orders = 0;

  beforeAll(async () => {
    shop = await startShop();
  });

  afterAll(() => shop.close());

  /** An order after the given steps. */
  async function order(...steps: [action: string, body?: unknown][]): Promise<string> {
    const id = `o-${++orders}`;
    await shop.write('POST', '/orders', { order_id: id, customer_id: 'ada' });
    for (const [action, body] of steps) await shop.write('POST', `/orders/${id}/${action}`, body);
    return id;
  }

  it('answers a new order with its id, version, position and number', async () => {
    const { status, body } = await shop.request('POST', '/orders', { customer_id: 'ada' });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      version: 1,
      globalPosition: expect.stringMatching(/^\d+$/),
      order_number: expect.stringMatching(/^\d+$/),
    });
    const [created] = await shop.store.readStream(`order-${body.id}`);
    expect(created).toMatchObject({
      type: 'OrderCreated',
      data: { order_id: body.id, customer_id: 'ada', created_at: expect.stringMatching(/Z$/) },
      globalPosition: BigInt(body.globalPosition),
    });
  });

  it('lives through a whole order, one event a request', async () => {
    const id = await order();
    const answers = [];
    for (const [action, body] of [
      ['items', LAMP],
      ['items', PEN],
      ['items', { ...PEN, quantity: 5 }],
      ['items/remove', { product_id: 'pen', quantity: 5 }],
      ['ship'],
      ['complete'],
      ['refund', { refund_amount: 59.97 }],
    ] as const)
      answers.push(await shop.request('POST', `/orders/${id}/${action}`, body));

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.map(({ body }) => body.version)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(answers[6]!.body).toEqual({ id, version: 8, globalPosition: expect.stringMatching(/^\d+$/) });

    const events = await shop.store.readStream(`order-${id}`);
    const completed = events[6]!.data;
    expect(events.slice(1).map(({ type, data }) => [type, data])).toEqual([
      ['OrderItemAdded', { order_id: id, ...LAMP }],
      ['OrderItemAdded', { order_id: id, ...PEN }],
      ['OrderItemAdded', { order_id: id, ...PEN, quantity: 5 }],
      ['OrderItemRemoved', { order_id: id, ...PEN, quantity: 5 }],
      ['OrderShipped', { order_id: id, shipped_at: expect.any(String) }],
      [
        'OrderCompleted',
        {
          order_id: id,
          customer_id: 'ada',
          total_amount: 60.27,
          item_count: 2,
          completed_at: expect.any(String),
        },
      ],
      [
        'OrderRefunded',
        {
          order_id: id,
          customer_id: 'ada',
          refund_amount: 59.97,
          original_completed_at: completed.completed_at,
          refunded_at: expect.any(String),
        },
      ],
    ]);
  });

  it('cancels with and without a reason, and with no body at all', async () => {
    const [one, other] = [await order(['cancel', { reason: 'too late' }]), await order(['cancel'])];
    expect((await shop.store.readStream(`order-${one}`))[1]!.data.reason).toBe('too late');
    expect((await shop.store.readStream(`order-${other}`))[1]!.data).not.toHaveProperty('reason');
  });

  it('refunds all of it without an amount', async () => {
    const id = await order(['items', LAMP], ['complete'], ['refund']);
    expect((await shop.store.readStream(`order-${id}`)).at(-1)!.data.refund_amount).toBe(59.97);
  });

  it.each([
    ['ships a cancelled order', [['items', LAMP], ['cancel']], 'ship', undefined],
    ['ships twice', [['items', LAMP], ['ship']], 'ship', undefined],
    ['ships nothing', [], 'ship', undefined],
    ['completes nothing', [], 'complete', undefined],
    ['completes a cancelled order', [['items', LAMP], ['cancel']], 'complete', undefined],
    ['completes twice', [['items', LAMP], ['complete']], 'complete', undefined],
    ['cancels a shipped order', [['items', LAMP], ['ship']], 'cancel', undefined],
    ['adds to a shipped order', [['items', LAMP], ['ship']], 'items', PEN],
    ['removes from a shipped order', [['items', LAMP], ['ship']], 'items/remove', LAMP],
    ['removes what is not there', [['items', LAMP]], 'items/remove', { product_id: 'pen' }],
    ['removes another quantity', [['items', LAMP]], 'items/remove', { ...LAMP, quantity: 1 }],
    ['removes twice', [['items', LAMP], ['items/remove', LAMP]], 'items/remove', LAMP], // prettier-ignore
    ['refunds an order that is not completed', [['items', LAMP], ['ship']], 'refund', undefined],
    ['refunds twice', [['items', LAMP], ['complete'], ['refund', { refund_amount: 1 }]], 'refund', undefined],
    ['refunds too much', [['items', LAMP], ['complete']], 'refund', { refund_amount: 59.98 }],
  ] as [string, [string, unknown?][], string, unknown][])(
    'answers 409 to one that %s, and writes nothing',
    async (_what, steps, action, body) => {
      const id = await order(...steps);
      const answer = await shop.request('POST', `/orders/${id}/${action}`, body);
      expect(answer).toMatchObject({ status: 409, body: { message: expect.stringMatching(/order/) } });
      expect(await shop.store.readStream(`order-${id}`)).toHaveLength(1 + steps.length);
    },
  );

  it('answers 409 to an id that is taken', async () => {
    const id = await order();
    expect(await shop.request('POST', '/orders', { order_id: id, customer_id: 'bob' })).toMatchObject({
      status: 409,
      body: { message: `The order "${id}" exists already.` },
    });
  });

  it.each(['items', 'items/remove', 'ship', 'complete', 'cancel', 'refund'])(
    'answers 404 to %s of an unknown order',
    async (action) => {
      const body = action.startsWith('items') ? LAMP : undefined;
      expect(await shop.request('POST', `/orders/nope/${action}`, body)).toMatchObject({
        status: 404,
        body: { message: 'There is no order "nope".' },
      });
    },
  );

  it('lets one of several concurrent commands win, and answers 409 to the others', async () => {
    const id = await order(['items', LAMP]);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => shop.request('POST', `/orders/${id}/ship`)),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 409),
    ]);
    expect(await shop.store.readStream(`order-${id}`)).toHaveLength(3);
  });

  refuses(
    () => shop,
    [
      ['POST', '/orders', {}, 'customer_id'],
      ['POST', '/orders', undefined, 'customer_id'],
      ['POST', '/orders', { customer_id: 7 }, 'customer_id'],
      ['POST', '/orders', { customer_id: 'ada', order_id: 'a/b' }, 'order_id'],
      ['POST', '/orders', { customer_id: 'ada', items: [] }, 'items'],
      ['POST', '/orders', '{"customer_id":', 'JSON'],
      ['POST', '/orders/o/items', { ...LAMP, product_id: '' }, 'product_id'],
      ['POST', '/orders/o/items', { ...LAMP, price: '19.99' }, 'price'],
      ['POST', '/orders/o/items', { ...LAMP, price: -1 }, 'price'],
      ['POST', '/orders/o/items', { ...LAMP, price: 0.001 }, 'price'],
      ['POST', '/orders/o/items', { ...LAMP, quantity: 0 }, 'quantity'],
      ['POST', '/orders/o/items', { ...LAMP, quantity: 1.5 }, 'quantity'],
      ['POST', '/orders/o/items/remove', {}, 'product_id'],
      ['POST', '/orders/o%20o/ship', undefined, 'id'],
      ['POST', '/orders/o%00o/complete', undefined, 'id'],
      ['POST', '/orders/o/cancel', { reason: 1 }, 'reason'],
      ['POST', '/orders/o/cancel', { reason: 'a\0b' }, 'reason'],
      ['POST', '/orders/o/cancel', '{"reason":"\\ud800"}', 'reason'],
      ['POST', '/orders/o/refund', { refund_amount: 'all' }, 'refund_amount'],
      ['POST', '/orders/o/refund', { refund_amount: 1.005 }, 'refund_amount'],
    ],
  );
});
