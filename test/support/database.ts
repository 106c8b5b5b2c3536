import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { QueryResultRow } from 'pg';

export interface TestDatabase {
  readonly url: string;
  /** Runs on a connection of its own; a test that needs BEGIN, SET or a lock uses `connect()`. */
  query<Row extends QueryResultRow = QueryResultRow>(sql: string, params?: unknown[]): Promise<Row[]>;
  /** A session for the test to drive; `drop()` closes it. */
  connect(): Promise<Client>;
  drop(): Promise<void>;
}

/** A new, empty database on the server of this test run, or on another one. */
export async function createDatabase(server = serverUrl()): Promise<TestDatabase> {
  const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`;
  await runOn(server, `CREATE DATABASE ${name}`);

  const url = urlOf(server, name);
  const sessions: Client[] = [];
  return {
    url,
    query: (sql, params) => runOn(url, sql, params),
    connect: async () => {
      const session = await open(url);
      sessions.push(session);
      return session;
    },
    drop: async () => {
      await Promise.allSettled(sessions.map((session) => session.end()));
      await rollBackPrepared(url);
      await runOn(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** A connection for each: a pooled one may be dead without knowing it when a test restarts the server. */
export async function runOn<Row extends QueryResultRow>(
  url: string,
  sql: string,
  params?: unknown[],
): Promise<Row[]> {
  const client = await open(url);
  try {
    return (await client.query<Row>(sql, params)).rows;
  } finally {
    await client.end();
  }
}

async function open(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // Tests cut connections; what matters to them rejects the query.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** FORCE ends sessions, but not transactions that a failed test left prepared. */
async function rollBackPrepared(url: string): Promise<void> {
  const prepared = await runOn<{ sql: string }>(
    url,
    `SELECT format('ROLLBACK PREPARED %L', gid) AS sql FROM pg_prepared_xacts WHERE database = current_database()`,
  );
  for (const { sql } of prepared) await runOn(url, sql);
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

function serverUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) throw new Error('TEST_DATABASE_URL is not set: run the tests with `npm test`.');
  return url;
}
