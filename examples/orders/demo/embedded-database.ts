import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../embedded-postgres';
import type { DemoDatabase } from './demo-database';
import { DemoError } from './demo-error';

const DATA_DIR = join(__dirname, '../../../.cache/demo-postgres');
const DATABASE = 'orders_demo';
const DEMO_LOCK = 1_001;

/** The server in the cache folder. Its data stay between runs. */
export async function openEmbeddedDatabase(fresh: boolean, dataDir = DATA_DIR): Promise<DemoDatabase> {
  const server = await startEmbeddedPostgres({
    dataDir,
    // A crash may cost the last moments, which the demo appends again.
    settings: { synchronous_commit: 'off' },
  });
  const admin = new Client({ connectionString: server.url });
  admin.on('error', () => undefined);
  try {
    await admin.connect();
    await claim(admin);
    await prepare(admin, fresh);
  } catch (error) {
    await admin.end();
    if (!(error instanceof ServerInUseError)) await server.stop();
    throw error;
  }
  const url = new URL(server.url);
  url.pathname = `/${DATABASE}`;
  return { url: url.href, name: `embedded PostgreSQL in ${server.dataDir}`, stop: () => server.stop() };
}

/** Whoever ends a demo ends the server: a second demo on it would have it pulled away. */
async function claim(admin: Client): Promise<void> {
  const { rows } = await admin.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [
    DEMO_LOCK,
  ]);
  if (!rows[0]!.mine) throw new ServerInUseError();
}

async function prepare(admin: Client, fresh: boolean): Promise<void> {
  if (fresh) await admin.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
  const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
  if (rowCount === 0) await admin.query(`CREATE DATABASE ${DATABASE}`);
}

class ServerInUseError extends DemoError {
  constructor() {
    super('Another demo is running on these data. Stop it first, or give this one a DATABASE_URL.');
  }
}
