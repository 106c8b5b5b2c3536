import { rm } from 'node:fs/promises';
import { openCluster } from './cluster';
import { ensureDataDirectory } from './data-directory';
import { launch } from './launch';
import { findRunningServer } from './running-server';
import type { RunningServer } from './running-server';
import { stopServer } from './stop';

export interface EmbeddedPostgresOptions {
  /** Where the data live; made if it is not there. */
  dataDir: string;
  /**
   * Whether committed data survive a crash. `false` is faster, for tests: then `kill -9` of the server may
   * cost the last commits, a crash of the machine everything.
   * @default true
   */
  durable?: boolean;
  /**
   * Further server settings, such as `{ log_statement: 'all' }`.
   * @default {}
   */
  settings?: Record<string, string>;
  /**
   * The port on 127.0.0.1.
   * @default a free one
   */
  port?: number;
}

export interface EmbeddedPostgres extends RunningServer {
  /** The directory in use: not the one asked for where the server's user cannot enter that one. */
  dataDir: string;
  /** Whether the server was running already; then it keeps the port and settings it was started with. */
  attached: boolean;
  /** Rolls back what is open, disconnects every client and ends the server, `attached` or not. */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL server, or attaches to the one an earlier process left running on `dataDir`.
 * The server outlives this process unless it is stopped.
 *
 * @example
 * const postgres = await startEmbeddedPostgres({ dataDir: '.cache/postgres' });
 * // ... connect to postgres.url ...
 * await postgres.stop();
 */
export async function startEmbeddedPostgres({
  dataDir,
  durable = true,
  settings = {},
  port,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = await openCluster(dataDir);
  await ensureDataDirectory(cluster, durable);

  let server = await findRunningServer(cluster.directory);
  const attached = server !== undefined;
  server ??= await launch(cluster, { durable, settings, port });
  return { ...server, dataDir: cluster.directory, attached, stop: () => stopServer(cluster) };
}

/** Stops the server on `dataDir`, if one runs, and deletes the data, wherever they are. */
export async function removeEmbeddedPostgres(dataDir: string): Promise<void> {
  const cluster = await openCluster(dataDir);
  await stopServer(cluster);
  await rm(cluster.directory, { recursive: true, force: true });
}
