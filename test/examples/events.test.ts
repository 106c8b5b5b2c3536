import { refuses } from './shop/bad-requests';
import { type ShopApp, startShop } from './shop/shop-app';

const NOTED = { type: 'Noted', data: { n: 1 } };
const ID = '018f3a50-0000-7000-8000-000000000001';

const request = (event: object) => ({ streamId: 'notes', events: [{ ...NOTED, ...event }] });

describe('POST /events', () => {
  let shop: ShopApp;

  beforeAll(async () => {
    shop = await startShop();
  });

  afterAll(() => shop.close());

  it('appends raw events and answers with the version and position of the last', async () => {
    const { status, body } = await shop.request('POST', '/events', {
      streamId: 'notes-1',
      events: [NOTED, { ...NOTED, metadata: { by: 'ada' } }],
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      streamId: 'notes-1',
      version: 2,
      globalPosition: expect.stringMatching(/^\d+$/),
    });
    expect(await shop.store.readStream('notes-1')).toMatchObject([
      { ...NOTED, metadata: {} },
      { ...NOTED, metadata: { by: 'ada' }, globalPosition: BigInt(body.globalPosition) },
    ]);
  });

  const appendAt = (expectedVersion: unknown) =>
    shop.request('POST', '/events', { streamId: 'notes-2', events: [NOTED], expectedVersion });

  it('holds the stream to the expected version', async () => {
    expect((await appendAt(1)).status).toBe(409);
    expect((await appendAt('no-stream')).status).toBe(201);
    expect((await appendAt('no-stream')).status).toBe(409);
    expect((await appendAt(0)).status).toBe(409);
    expect((await appendAt(1)).status).toBe(201);
    expect((await appendAt('any')).body.version).toBe(3);
  });

  it('is idempotent on the id of an event, and refuses to reuse it', async () => {
    const append = (event: object) =>
      shop.request('POST', '/events', { streamId: 'notes-3', events: [{ ...NOTED, id: ID, ...event }] });
    const first = await append({});
    expect(first.status).toBe(201);
    expect(await append({})).toEqual(first);
    expect(await append({ data: { n: 2 } })).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining(ID) },
    });
  });

  it('reaches the read models', async () => {
    await shop.write('POST', '/events', {
      streamId: 'order-raw',
      events: [
        {
          type: 'OrderCreated',
          data: { order_id: 'raw', customer_id: 'ada', created_at: '2025-01-01T00:00:00Z' },
        },
        { type: 'OrderItemAdded', data: { order_id: 'raw', product_id: 'p', price: 0.1, quantity: 3 } },
      ],
    });
    await shop.follow();
    expect((await shop.get('/orders/raw')).body).toMatchObject({
      total_amount: 0.3,
      item_count: 1,
      created_at: '2025-01-01T00:00:00.000Z',
    });
  });

  it('refuses an event that is too big', async () => {
    const data = { text: 'x'.repeat(1024 * 1024) };
    expect(
      await shop.request('POST', '/events', { streamId: 'notes', events: [{ ...NOTED, data }] }),
    ).toMatchObject({ status: 400, body: { message: expect.stringContaining('maxEventBytes') } });
  });

  refuses(
    () => shop,
    [
      ['POST', '/events', {}, 'streamId'],
      ['POST', '/events', { streamId: 'notes' }, 'events'],
      ['POST', '/events', { streamId: 'notes', events: [] }, 'events'],
      ['POST', '/events', { streamId: 'notes', events: ['x'] }, 'events.0'],
      ['POST', '/events', { ...request({}), streamId: ' ' }, 'stream id'],
      ['POST', '/events', { ...request({}), expectedVersion: -1 }, 'expectedVersion'],
      ['POST', '/events', { ...request({}), expectedVersion: 'latest' }, 'expectedVersion'],
      ['POST', '/events', request({ type: '' }), 'type'],
      ['POST', '/events', request({ type: 7 }), 'events.0.type'],
      ['POST', '/events', request({ data: undefined }), 'events.0.data'],
      ['POST', '/events', request({ data: [1] }), 'events.0.data'],
      ['POST', '/events', request({ data: { text: 'a\0b' } }), 'data'],
      ['POST', '/events', request({ id: 'one' }), 'events.0.id'],
      ['POST', '/events', request({ metadata: 'me' }), 'events.0.metadata'],
      ['POST', '/events', request({ version: 3 }), 'version'],
    ],
  );
});
