import { realpath, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { EmbeddedPostgresTimeoutError } from './embedded-postgres.errors';
import { readPassword } from './password';
import { isPostmaster, postmasterFile, readPostmaster } from './postmaster';
import type { Postmaster } from './postmaster';

export interface RunningServer {
  url: string;
  pid: number;
}

/** Long enough for a crash recovery. */
const PATIENCE_MS = 60_000;

/** The server that runs on `directory`, once it answers; waits for one that is starting or stopping. */
export async function findRunningServer(directory: string): Promise<RunningServer | undefined> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const postmaster = await readPostmaster(directory);
    if (!postmaster) return undefined;
    const url = await urlOf(directory, postmaster.port);
    const answer = await askDataDirectory(url);
    if (answer === directory) return { url, pid: postmaster.pid };
    if (!(await isPostmaster(postmaster.pid, directory))) {
      await forget(directory, postmaster);
      return undefined;
    }
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresTimeoutError(directory, postmaster.pid, { cause: answer });
    }
    await sleep(50);
  }
}

/** The directory of whatever listens there, or why it did not say. */
async function askDataDirectory(url: string): Promise<string | Error> {
  const client = new Client({ connectionString: url, ssl: false, connectionTimeoutMillis: 2_000 });
  // The server may end while we ask.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return await realpath(rows[0]!.data_directory);
  } catch (error) {
    return error as Error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * PostgreSQL replaces the file a crash left behind, unless its process number has gone to somebody else
 * since, as it does when a container restarts: then it takes that process for a server and refuses to start.
 */
async function forget(directory: string, stale: Postmaster): Promise<void> {
  const current = await readPostmaster(directory);
  if (current?.pid === stale.pid) await rm(postmasterFile(directory), { force: true });
}

async function urlOf(directory: string, port: number): Promise<string> {
  return `postgres://postgres:${await readPassword(directory)}@127.0.0.1:${port}/postgres`;
}
