import { Logger } from '@nestjs/common';
import { createDatabase } from '../support/database';
import { startShop } from './shop/shop-app';

describe('starting the example service', () => {
  // Several applications in one process, and a database that is not there: Nest has much to say.
  beforeAll(() => Logger.overrideLogger(false));

  it('makes its tables once, however many processes start at the same time, and again starts on them', async () => {
    const database = await createDatabase();
    const shops = await Promise.all(Array.from({ length: 4 }, () => startShop(database)));
    await shops[0]!.write('POST', '/orders', { order_id: 'o', customer_id: 'ada' });
    await shops[3]!.follow();
    for (const shop of shops) expect((await shop.get('/orders/o')).status).toBe(200);
    await Promise.all(shops.map((shop) => shop.stop()));

    const again = await startShop(database);
    expect((await again.get('/orders/o')).status).toBe(200);
    expect(await database.query('SELECT count(*)::int FROM orders_migrations')).toEqual([{ count: 5 }]);
    await again.close();
  });

  it('says what is wrong when the database is not there', async () => {
    const database = await createDatabase();
    await database.drop();
    await expect(startShop(database)).rejects.toThrow('does not exist');
  });
});
