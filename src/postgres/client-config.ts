import type { ClientConfig, Pool } from 'pg';
import type { DataSource } from 'typeorm';

/** How the data source connects, for a connection outside its pool. */
export function clientConfigOf(dataSource: DataSource): ClientConfig {
  const { master } = dataSource.driver as unknown as { master: Pool };
  return { ...master.options, pipeline: false } as ClientConfig;
}
