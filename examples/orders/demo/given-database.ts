import { Client } from 'pg';
import type { DemoDatabase } from './demo-database';
import { DemoError } from './demo-error';
import { dropDemoTables } from './drop-demo-tables';

/** The user's own database: asked once now, because TypeORM would try for half a minute before it gave up. */
export async function openGivenDatabase(url: string, fresh: boolean): Promise<DemoDatabase> {
  const name = nameOf(url);
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (fresh) await dropDemoTables(client, name);
  } finally {
    await client.end().catch(() => undefined);
  }
  return { url, name, stop: () => Promise.resolve() };
}

function nameOf(url: string): string {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol))
    throw new DemoError(
      'DATABASE_URL is no PostgreSQL address. Give one such as postgres://user:secret@localhost:5432/shop.',
    );
  const { pathname, host } = new URL(url);
  return `database ${pathname.slice(1)} at ${host}`;
}
