import { createServer, type AddressInfo } from 'node:net';
import { generateShop } from '../../examples/orders/demo/shop/generate-shop';
import { DEFAULT_PLAN } from '../../examples/orders/demo/shop/shop-plan';
import { createDatabase, type TestDatabase } from '../support/database';
import { type DemoProcess, startDemo } from './demo-process';

function countShop(orders: number): number {
  let events = 0;
  for (const append of generateShop({ ...DEFAULT_PLAN, orders })) events += append.events.length;
  return events;
}

describe('the demo', () => {
  let database: TestDatabase;
  let running: DemoProcess[];

  beforeEach(async () => {
    database = await createDatabase();
    running = [];
  });
  afterEach(async () => {
    for (const demo of running) demo.kill('SIGKILL');
    await Promise.all(running.map((demo) => demo.ended));
    await database.drop();
  });

  function start(...args: string[]): DemoProcess {
    const demo = startDemo(args, { DATABASE_URL: database.url, PORT: '0' });
    running.push(demo);
    return demo;
  }

  async function count(table: string): Promise<number> {
    const [row] = await database.query<{ count: string }>(`SELECT count(*) FROM ${table}`);
    return Number(row!.count);
  }

  it('fills the read models, and the next start resumes', async () => {
    const first = await start('--once', '--fresh', '--orders', '50').ended;
    expect(first).toEqual({
      code: 0,
      output: expect.stringContaining(`${countShop(50)} events in the store`),
    });
    expect(first.output).toMatch(/order_summaries\D+50\D/);
    expect(await count('events')).toBe(countShop(50));
    expect(await count('order_summaries')).toBe(50);

    const second = await start('--once').ended;
    expect(second).toEqual({
      code: 0,
      output: expect.stringMatching(/Resumed at position \d+: nothing to generate/),
    });
    expect(await count('events')).toBe(countShop(50));

    const other = await start('--once', '--orders', '60').ended;
    expect(other).toEqual({ code: 1, output: expect.stringMatching(/holds a shop of 50 orders.*--fresh/) });

    const fresh = await start('--once', '--fresh', '--orders', '20').ended;
    expect(fresh).toEqual({
      code: 0,
      output: expect.stringMatching(/Dropping the demo's tables.*order_summaries/),
    });
    expect(await count('order_summaries')).toBe(20);
  });

  it('starts with an empty store when asked for no orders', async () => {
    const demo = start('--orders', '0');
    const [, port] = await demo.says(/Serving on http:\/\/localhost:(\d+)/);
    expect(await count('events')).toBe(0);
    expect((await fetch(`http://localhost:${port}/health`)).status).toBe(200);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('serves until %s, even while somebody watches', async (signal) => {
    const demo = start('--orders', '20');
    const [, port] = await demo.says(/Serving on http:\/\/localhost:(\d+)/);
    const watcher = await fetch(`http://localhost:${port}/dashboard`);
    expect(watcher.status).toBe(200);

    const asked = Date.now();
    demo.kill(signal);
    demo.kill(signal); // npm repeats what the terminal has sent
    expect((await demo.ended).code).toBe(0);
    expect(Date.now() - asked).toBeLessThan(5_000);
    await watcher.body?.cancel().catch(() => undefined);
  });

  it.each(['SIGKILL', 'SIGINT'] as const)('goes on without duplicates after %s half-way', async (signal) => {
    const demo = start('--once', '--orders', '500');
    await demo.says(/Day \d+ of 90/);
    demo.kill(signal);
    expect((await demo.ended).code).toBe(signal === 'SIGINT' ? 130 : null);
    const half = await count('events');
    expect(half).toBeLessThan(countShop(500));

    const { code, output } = await start('--once').ended;
    expect(output).toMatch(/Resumed at position/);
    expect(code).toBe(0);
    expect(await count('events')).toBe(countShop(500));
    expect(await count('order_summaries')).toBe(500);
  });

  it('fails when a projection has stopped, and says why', async () => {
    expect((await start('--once', '--orders', '0').ended).code).toBe(0);
    await database.query(
      `INSERT INTO events (id, stream_id, version, type, data)
       VALUES (gen_random_uuid(), 'order-x', 1, 'OrderCreated', '{}')`,
    );
    const { code, output } = await start('--once').ended;
    expect(code).toBe(1);
    expect(output).toMatch(/Projection "order_summary" failed .* on OrderCreated at position 1/);
  });

  describe('says in one line', () => {
    it('that the port is in use', async () => {
      const other = createServer().listen(0);
      const { port } = other.address() as AddressInfo;
      const demo = startDemo(['--orders', '0'], { DATABASE_URL: database.url, PORT: String(port) });
      running.push(demo);
      expect(await demo.ended).toEqual(oneLine(new RegExp(`^Using.*\nPort ${port} is in use\\. .*\n$`)));
      other.close();
    });

    it.each([
      ['postgres://nobody:x@127.0.0.1:1/none', /^No PostgreSQL answers at DATABASE_URL\. .*\n$/],
      ['not an address', /^DATABASE_URL is no PostgreSQL address\. .*\n$/],
    ])('that the database %s is not there', async (url, pattern) => {
      const demo = startDemo(['--once'], { DATABASE_URL: url });
      running.push(demo);
      expect(await demo.ended).toEqual(oneLine(pattern));
    });

    it('that the database does not exist', async () => {
      const demo = startDemo(['--once'], { DATABASE_URL: `${database.url}_gone` });
      running.push(demo);
      expect(await demo.ended).toEqual(oneLine(/^The database in DATABASE_URL does not exist\. .*\n$/));
    });

    it('that --fresh will not drop tables of somebody else', async () => {
      await database.query('CREATE TABLE events (what text)');
      expect(await start('--once', '--fresh').ended).toEqual(
        oneLine(/^The tables events in database .* are not the demo's\. .*\n$/),
      );
      expect(await count('events')).toBe(0);
    });

    it.each([['--orders', 'many'], ['--orders', '-1'], ['--sideways']])(
      'what is wrong with %s %s',
      async (...args) => {
        const { code, output } = await start(...args).ended;
        expect(code).toBe(1);
        expect(output).toMatch(/^error: .*\n$/);
      },
    );
  });
});

const oneLine = (pattern: RegExp) => ({ code: 1, output: expect.stringMatching(pattern) as string });
