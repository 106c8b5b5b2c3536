import { EventStore, Projections } from 'nestjs-projections';
import { createOrdersApp } from '../../../examples/orders/create-orders-app';
import { createDatabase, type TestDatabase } from '../../support/database';

interface Answer {
  readonly status: number;
  /** Whatever JSON there was. */
  readonly body: any;
}

/** The example service on a database of its own, listening. */
export interface ShopApp {
  readonly url: string;
  readonly database: TestDatabase;
  readonly store: EventStore;
  readonly projections: Projections;
  request(method: string, path: string, body?: unknown): Promise<Answer>;
  get(path: string): Promise<Answer>;
  /** A write that is expected to succeed. */
  write(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Resolves when every projection has applied what the store holds now. */
  follow(): Promise<void>;
  /** Closes the service alone, and leaves the database for another one. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export const PROJECTIONS = [
  'order_summary',
  'daily_sales',
  'customer_activity',
  'product_search',
  'order_number',
];

export async function startShop(database?: TestDatabase): Promise<ShopApp> {
  const ownDatabase = database ?? (await createDatabase());
  const app = await createOrdersApp(
    { url: ownDatabase.url },
    { logger: process.env.TEST_LOG ? ['error', 'warn', 'log'] : false },
  );
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const [store, projections] = [app.get(EventStore), app.get(Projections)];

  const request: ShopApp['request'] = async (method, path, body) => {
    const json = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: json }),
    });
    return { status: response.status, body: await response.json() };
  };

  return {
    url,
    database: ownDatabase,
    store,
    projections,
    request,
    get: (path) => request('GET', path),
    write: async (method, path, body) => {
      const answer = await request(method, path, body);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
      return answer;
    },
    follow: async () => {
      const last = (await store.readAll({ limit: 1_000_000 })).at(-1)?.globalPosition ?? 0n;
      for (const name of PROJECTIONS) await projections.waitFor(name, last, { timeoutMs: 30_000 });
    },
    stop: () => app.close(),
    close: async () => {
      await app.close();
      await ownDatabase.drop();
    },
  };
}
