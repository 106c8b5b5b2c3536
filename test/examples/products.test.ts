import { refuses } from './shop/bad-requests';
import { type ShopApp, startShop } from './shop/shop-app';

const KETTLE = {
  product_id: 'kettle',
  name: 'Copper Kettle',
  description: 'Boils water in no time',
  category: 'kitchen',
  price: 49.9,
  tags: ['gift', 'handmade'],
};

describe('products', () => {
  let shop: ShopApp;

  beforeAll(async () => {
    shop = await startShop();
    await shop.write('POST', '/products', KETTLE);
    await shop.write('POST', '/products', {
      product_id: 'pot',
      name: 'Tea Pot',
      description: 'Goes well with the copper kettle',
      category: 'kitchen',
      price: 20,
    });
    await shop.write('POST', '/products', { ...KETTLE, product_id: 'gone', name: 'Vanishing Jug' });
  });

  afterAll(() => shop.close());

  const find = async (query: string) => {
    await shop.follow();
    const { status, body } = await shop.get(`/products/search?q=${encodeURIComponent(query)}`);
    expect(status).toBe(200);
    return body as Record<string, unknown>[];
  };
  const idsOf = async (query: string) => (await find(query)).map(({ product_id }) => product_id);

  it('answers a new product with its id, version and position', async () => {
    const { product_id: _, ...product } = KETTLE;
    const { status, body } = await shop.request('POST', '/products', { ...product, name: 'Nameless' });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      version: 1,
      globalPosition: expect.stringMatching(/^\d+$/),
    });
  });

  it('finds by words of the text, whatever their form, and ranks the name first', async () => {
    expect(await find('copper kettles')).toEqual([
      { ...KETTLE, created_at: expect.any(String), updated_at: null, price_updated_at: null },
      expect.objectContaining({ product_id: 'pot', tags: [] }),
    ]);
    expect(await idsOf('"copper kettle" -pot')).toEqual(['kettle']);
    expect(await idsOf('handmade vanishing')).toEqual(['gone']);
    expect(await idsOf('boiling kitchen')).toContain('kettle');
    expect(await idsOf('locomotive')).toEqual([]);
    expect(await idsOf("o'clock & | ! ( :* --")).toEqual([]);
  });

  it('changes the text it is given and keeps the rest, tags too', async () => {
    const patched = await shop.request('PATCH', '/products/pot', { name: 'Samovar' });
    expect(patched).toMatchObject({ status: 200, body: { id: 'pot', version: 2 } });
    await shop.write('PATCH', '/products/kettle', { description: 'Whistles', tags: ['loud'] });
    await shop.write('PATCH', '/products/kettle', { category: 'antiques' });

    expect(await find('samovar')).toMatchObject([
      { description: 'Goes well with the copper kettle', updated_at: expect.any(String) },
    ]);
    expect(await find('whistling antique')).toMatchObject([
      { name: 'Copper Kettle', category: 'antiques', tags: ['loud'] },
    ]);
  });

  it('changes the price, once', async () => {
    const changed = await shop.request('POST', '/products/pot/price', { new_price: 17.25 });
    const again = await shop.request('POST', '/products/pot/price', { new_price: 17.25 });
    expect(changed).toMatchObject({ status: 200, body: { id: 'pot' } });
    expect(again).toEqual(changed);
    expect(await find('copper goes')).toMatchObject([{ price: 17.25, price_updated_at: expect.any(String) }]);
  });

  it('deletes, and lets a deleted product rest', async () => {
    const before = (await shop.store.readStream('product-gone')).length;
    const deleted = await shop.request('DELETE', '/products/gone');
    expect(deleted).toMatchObject({ status: 200, body: { id: 'gone', version: before + 1 } });
    expect(await idsOf('vanishing')).toEqual([]);
    for (const [method, path, body] of [
      ['DELETE', '/products/gone'],
      ['PATCH', '/products/gone', { name: 'Back' }],
      ['POST', '/products/gone/price', { new_price: 1 }],
      ['POST', '/products', { ...KETTLE, product_id: 'gone' }],
    ] as const)
      expect(await shop.request(method, path, body)).toMatchObject({ status: 409 });
  });

  it.each([
    ['PATCH', '/products/nope', { name: 'Nothing' }],
    ['POST', '/products/nope/price', { new_price: 1 }],
    ['DELETE', '/products/nope', undefined],
  ])('answers 404 to %s %s', async (method, path, body) => {
    expect(await shop.request(method, path, body)).toMatchObject({
      status: 404,
      body: { message: 'There is no product "nope".' },
    });
  });

  refuses(
    () => shop,
    [
      ...(['name', 'description', 'category', 'price'] as const).map(
        (field) => ['POST', '/products', { ...KETTLE, [field]: undefined }, field] as const,
      ),
      ['POST', '/products', { ...KETTLE, tags: 'gift' }, 'tags'],
      ['POST', '/products', { ...KETTLE, tags: [''] }, 'tags.0'],
      ['POST', '/products', { ...KETTLE, price: 1e9 }, 'price'],
      ['PATCH', '/products/kettle', {}, 'name, description, category or tags'],
      ['PATCH', '/products/kettle', { price: 1 }, 'price'],
      ['PATCH', '/products/kettle', { name: ' ' }, 'name'],
      ['POST', '/products/kettle/price', { new_price: null }, 'new_price'],
      ['POST', '/products/kettle/price', undefined, 'new_price'],
      ['DELETE', '/products/a%20b', undefined, 'id'],
      ['GET', '/products/search', undefined, 'q'],
      ['GET', '/products/search?q=', undefined, 'q'],
      ['GET', '/products/search?q=%00', undefined, 'q'],
      ['GET', '/products/search?q=a&limit=101', undefined, 'limit'],
    ],
  );
});
