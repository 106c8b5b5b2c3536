import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster';
import { EmbeddedPostgresCommandError } from './embedded-postgres.errors';
import { findFreePort, isFree } from './free-port';
import { run } from './run';
import { findRunningServer } from './running-server';
import type { RunningServer } from './running-server';
import { writeSettings } from './settings';

interface LaunchOptions {
  durable: boolean;
  settings: Record<string, string>;
  port: number | undefined;
}

const PATIENCE_MS = 30_000;

/** Starts the server and waits until it answers, past obstacles that go away by themselves. */
export async function launch(cluster: Cluster, options: LaunchOptions): Promise<RunningServer> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const obstacle = await attempt(cluster, options);
    // Also when the attempt failed: another process may have started the server meanwhile.
    const server = await findRunningServer(cluster.directory);
    if (server) return server;
    if (obstacle && (!obstacle.passing || Date.now() > deadline)) throw obstacle.error;
    await sleep(50);
  }
}

async function attempt(
  { directory, binaries, user }: Cluster,
  options: LaunchOptions,
): Promise<{ error: Error; passing: boolean } | undefined> {
  const port = options.port ?? (await findFreePort());
  await writeSettings(directory, user, { ...options, port });
  const log = join(directory, 'server.log');
  const logged = (await stat(log).catch(() => undefined))?.size ?? 0;
  try {
    await run(binaries.pgCtl, ['start', '--wait', '--pgdata', directory, '--log', log], user);
    return undefined;
  } catch (cause) {
    const output = (await readFile(log).catch(() => Buffer.alloc(0))).subarray(logged).toString();
    if (!output) throw cause;
    const passing =
      // After kill -9 of the server its last connections take a moment to notice.
      output.includes('pre-existing shared memory block') ||
      // Somebody took the port between our look and the server's.
      (options.port === undefined && !(await isFree(port)));
    return { error: new EmbeddedPostgresCommandError('pg_ctl start', output, { cause }), passing };
  }
}
