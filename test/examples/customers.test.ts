import { refuses } from './shop/bad-requests';
import { type ShopApp, startShop } from './shop/shop-app';

const ADA = { customer_id: 'ada', email: 'ada@example.com', name: 'Ada Lovelace' };
const REVIEW = { customer_id: 'ada', product_id: 'lamp', rating: 5 };

describe('customers and reviews', () => {
  let shop: ShopApp;

  beforeAll(async () => {
    shop = await startShop();
    await shop.write('POST', '/customers', ADA);
  });

  afterAll(() => shop.close());

  const activity = async (id: string) => {
    await shop.follow();
    return shop.get(`/customers/${id}/activity`);
  };

  it('answers a new customer with an id, and knows one that has done nothing yet', async () => {
    const { status, body } = await shop.request('POST', '/customers', {
      email: 'b@example.com',
      name: 'Bob',
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      version: 1,
      globalPosition: expect.stringMatching(/^\d+$/),
    });
    expect(await activity(body.id)).toEqual({
      status: 200,
      body: {
        customer_id: body.id,
        email: 'b@example.com',
        name: 'Bob',
        tier: 'bronze',
        created_at: expect.any(String),
        updated_at: null,
        total_orders: 0,
        total_spent: 0,
        total_reviews: 0,
        last_order_at: null,
        last_review_at: null,
        orders: [],
      },
    });
  });

  it('gathers tier, orders and reviews of a customer', async () => {
    for (const [id, price] of [
      ['one', 19.99],
      ['two', 0.01],
    ] as const) {
      await shop.write('POST', '/orders', { order_id: id, customer_id: 'ada' });
      await shop.write('POST', `/orders/${id}/items`, { product_id: 'lamp', price, quantity: 2 });
      await shop.write('POST', `/orders/${id}/complete`);
    }
    const tier = await shop.request('POST', '/customers/ada/tier', { new_tier: 'gold' });
    expect(tier).toMatchObject({ status: 200, body: { id: 'ada', version: 2 } });
    expect(await shop.request('POST', '/customers/ada/tier', { new_tier: 'gold' })).toEqual(tier);
    const review = await shop.request('POST', '/reviews', { ...REVIEW, comment: 'bright' });
    expect(review).toMatchObject({ status: 201, body: { id: expect.any(String), version: 1 } });

    expect((await activity('ada')).body).toMatchObject({
      ...ADA,
      tier: 'gold',
      updated_at: expect.any(String),
      total_orders: 2,
      total_spent: 40,
      total_reviews: 1,
      last_order_at: expect.any(String),
      last_review_at: expect.any(String),
      orders: [
        { order_id: 'two', amount: 0.02, completed_at: expect.any(String) },
        { order_id: 'one', amount: 39.98, completed_at: expect.any(String) },
      ],
    });
    expect((await shop.store.readStream(`review-${review.body.id}`))[0]!.data).toEqual({
      ...REVIEW,
      review_id: review.body.id,
      comment: 'bright',
      submitted_at: expect.any(String),
    });
  });

  it('answers 404 for customers that are not there, and 409 for ids that are taken', async () => {
    expect(await activity('nope')).toMatchObject({ status: 404 });
    expect(await shop.request('POST', '/customers/nope/tier', { new_tier: 'gold' })).toMatchObject({
      status: 404,
    });
    expect(await shop.request('POST', '/customers', ADA)).toMatchObject({ status: 409 });
    const review = { ...REVIEW, review_id: 'r-1' };
    await shop.write('POST', '/reviews', review);
    expect(await shop.request('POST', '/reviews', review)).toMatchObject({ status: 409 });
  });

  refuses(
    () => shop,
    [
      ['POST', '/customers', { ...ADA, email: 'ada' }, 'email'],
      ['POST', '/customers', { ...ADA, email: undefined }, 'email'],
      ['POST', '/customers', { ...ADA, name: '' }, 'name'],
      ['POST', '/customers', { ...ADA, customer_id: 'a b' }, 'customer_id'],
      ['POST', '/customers/ada/tier', {}, 'new_tier'],
      ['POST', '/customers/ada/tier', { new_tier: 'tin' }, 'new_tier'],
      ['POST', '/reviews', { ...REVIEW, rating: 6 }, 'rating'],
      ['POST', '/reviews', { ...REVIEW, rating: 4.5 }, 'rating'],
      ['POST', '/reviews', { ...REVIEW, customer_id: undefined }, 'customer_id'],
      ['POST', '/reviews', { ...REVIEW, product_id: undefined }, 'product_id'],
      ['POST', '/reviews', { ...REVIEW, comment: 1 }, 'comment'],
      ['GET', '/customers/a%20b/activity', undefined, 'id'],
    ],
  );
});
