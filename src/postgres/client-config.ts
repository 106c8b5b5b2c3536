import type { ClientConfig, Pool } from 'pg';
import type { DataSource } from 'typeorm';

const DEFAULT_POOL_SIZE = 10;

/** How many connections the pool of the data source may open. */
export function poolSizeOf(dataSource: DataSource): number {
  return poolOf(dataSource).options.max ?? DEFAULT_POOL_SIZE;
}

/** How the data source connects, for a connection outside its pool. */
export function clientConfigOf(dataSource: DataSource): ClientConfig {
  return { ...poolOf(dataSource).options, pipeline: false };
}

/** The pool that the data source draws its connections from. */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}
