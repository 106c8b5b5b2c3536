import { Client, type ClientConfig } from 'pg';

/** Opens connections for the time of `work`. */
export async function withClients<T>(
  url: string,
  configs: readonly ClientConfig[],
  work: (...clients: Client[]) => Promise<T>,
): Promise<T> {
  const clients = configs.map((config) => new Client({ connectionString: url, ...config }));
  try {
    for (const client of clients) await client.connect();
    return await work(...clients);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

/** Where hand-written projections keep their place. */
export const CHECKPOINT_DDL = `CREATE TABLE bench_checkpoint (position bigint NOT NULL); INSERT INTO bench_checkpoint VALUES (0)`;
export const CHECKPOINT_SQL = 'UPDATE bench_checkpoint SET position = $1';
