import { startApp, type TestApp } from '../support/app';
import { createDatabase, runOn, type TestDatabase } from '../support/database';
import { PAGES, readPage } from './markdown';

const statements = PAGES.flatMap((page) =>
  [...readPage(page).matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, sql]) => [page, sql!] as const),
);

describe('the SQL samples of the docs', () => {
  let database: TestDatabase;
  let app: TestApp;
  /** The role that samples call shop_app: roles belong to the server, and so to all tests. */
  let role: string;

  beforeAll(async () => {
    database = await createDatabase();
    role = `app_${new URL(database.url).pathname.slice(1)}`;
    await database.query(`CREATE ROLE ${role}`);
    app = await startApp(database.url);
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
    await runOn(process.env.TEST_DATABASE_URL!, `DROP ROLE ${role}`);
  });

  it.each(statements)('run (%s)', async (_page, sql) => {
    for (const statement of sql.replaceAll('shop_app', role).split(/;\n(?=\S)/))
      expect(await database.query(statement)).toEqual([]);
  });

  it('append an event that readers of the store find', async () => {
    expect(await app.store.readAll()).toMatchObject([
      { streamId: 'order-17', version: 1, type: 'OrderPaid' },
    ]);
  });
});
