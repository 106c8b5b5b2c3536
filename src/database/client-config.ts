import type { ClientConfig, Pool } from 'pg';
import type { DataSource } from 'typeorm';

const DEFAULT_POOL_SIZE = 10;

const outlived = new WeakSet<Pool>();

/** How many connections the pool of the data source may open. */
export function poolSizeOf(dataSource: DataSource): number {
  return poolOf(dataSource).options.max ?? DEFAULT_POOL_SIZE;
}

/** How the data source connects, for a connection outside its pool. */
export function clientConfigOf(dataSource: DataSource): ClientConfig {
  const { options } = poolOf(dataSource);
  // The pool hides the password, which may be a function that gives one, from whoever copies its options.
  return { ...options, password: options.password, pipeline: false };
}

/**
 * A connection that breaks before anybody listens to it would end the process. TypeORM begins to listen a moment after
 * the pool has lent one, and has made its first one before this is called; whoever uses it finds out by the statement
 * that fails.
 */
export function outliveBrokenConnections(dataSource: DataSource): void {
  const pool = poolOf(dataSource);
  if (outlived.has(pool)) return;
  outlived.add(pool);
  const heard = new WeakSet<object>();
  pool.on('acquire', (client) => {
    if (heard.has(client)) return;
    heard.add(client);
    client.on('error', () => undefined);
  });
}

/** The pool that the data source draws its connections from. */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}
