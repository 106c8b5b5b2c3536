import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../examples/embedded-postgres';

const DATA_DIR = join(process.cwd(), '.cache/bench-postgres');

export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

/** The user's own by DATABASE_URL, or the embedded one, as durable as any. */
export async function openServer(): Promise<Server> {
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, stop: () => Promise.resolve() };
  const server = await startEmbeddedPostgres({
    dataDir: DATA_DIR,
    settings: { shared_buffers: '512MB', max_wal_size: '4GB' },
  });
  return { url: server.url, stop: () => server.stop() };
}
