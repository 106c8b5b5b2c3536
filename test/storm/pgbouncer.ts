import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../examples/embedded-postgres/free-port';
import { findServerUser } from '../../examples/embedded-postgres/server-user';
import { eventually } from '../support/eventually';
import { ask } from '../embedded-postgres/servers';

/** Debian keeps it where only root's PATH leads. */
const PLACES = [...(process.env.PATH ?? '').split(':'), '/usr/sbin'];

/** The program, where it is installed. */
export const PGBOUNCER = PLACES.map((place) => join(place, 'pgbouncer')).find(isProgram);

export interface PgBouncer {
  /** The database, by way of the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/** PgBouncer before the database at `url`: in transaction mode, for the rest as it comes. */
export async function startPgBouncer(url: string): Promise<PgBouncer> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-test-'));
  await chmod(folder, 0o755);
  const listen = await findFreePort();
  const ini = join(folder, 'pgbouncer.ini');
  await writeFile(join(folder, 'users.txt'), `"${username}" "${password}"\n`, { mode: 0o644 });
  await writeFile(
    ini,
    `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listen}
unix_socket_dir =
auth_type = plain
auth_file = ${join(folder, 'users.txt')}
pool_mode = transaction
`,
    { mode: 0o644 },
  );
  // Like PostgreSQL itself it refuses to run as root.
  const user = await findServerUser(folder);
  const child = spawn(PGBOUNCER!, [ini], { ...user, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => void (output += chunk.toString()));

  const pooled = `postgres://${username}:${password}@127.0.0.1:${listen}${pathname}`;
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended: ${output}`);
    await ask(pooled, 'SELECT 1');
  });
  return {
    url: pooled,
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
      await rm(folder, { recursive: true });
    },
  };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
