import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { PAGES, readPage } from './markdown';

const statements = PAGES.flatMap((page) =>
  [...readPage(page).matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, sql]) => [page, sql!] as const),
);

describe('the SQL samples of the docs', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    app = await startApp(database.url);
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it.each(statements)('run (%s)', async (_page, sql) => {
    expect(await database.query(sql)).toEqual([]);
  });

  it('append an event that readers of the store find', async () => {
    expect(await app.store.readAll()).toMatchObject([
      { streamId: 'order-17', version: 1, type: 'OrderPaid' },
    ]);
  });
});
