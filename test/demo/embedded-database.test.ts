import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { openEmbeddedDatabase } from '../../examples/orders/demo/embedded-database';
import { removeEmbeddedPostgres } from '../../examples/embedded-postgres';

async function run(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("the demo's embedded database", () => {
  let folder: string;
  let dataDir: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'demo-'));
    dataDir = join(folder, 'data');
  });
  afterEach(async () => {
    await removeEmbeddedPostgres(dataDir);
    await rm(folder, { recursive: true });
  });

  it('keeps its data until a fresh start', async () => {
    const first = await openEmbeddedDatabase(false, dataDir);
    await run(first.url, 'CREATE TABLE kept ()');
    await first.stop();

    const second = await openEmbeddedDatabase(false, dataDir);
    expect(await run(second.url, 'SELECT FROM kept')).toEqual([]);
    await second.stop();

    const third = await openEmbeddedDatabase(true, dataDir);
    await expect(run(third.url, 'SELECT FROM kept')).rejects.toThrow('does not exist');
    await third.stop();
  });

  it('is not pulled away from a running demo by a second one', async () => {
    const first = await openEmbeddedDatabase(false, dataDir);
    await expect(openEmbeddedDatabase(true, dataDir)).rejects.toThrow(/Another demo is running/);
    expect(await run(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await first.stop();
  });
});
