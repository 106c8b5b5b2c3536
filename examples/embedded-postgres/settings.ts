import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerUser } from './server-user';

/** Included by `postgresql.conf`; written anew before every start. */
export const SETTINGS_FILE = 'embedded.conf';

const ALWAYS = {
  listen_addresses: '127.0.0.1',
  // The default folder for sockets is not writable for every user, and nobody needs them.
  unix_socket_directories: '',
  max_connections: '200',
  max_prepared_transactions: '10',
};

/** A crash of the machine may then cost all data, kill -9 of the server its last commits (0.6 s at most). */
const FAST = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

export async function writeSettings(
  directory: string,
  user: ServerUser | undefined,
  { port, durable, settings }: { port: number; durable: boolean; settings: Record<string, string> },
): Promise<void> {
  const file = join(directory, SETTINGS_FILE);
  const all = { ...ALWAYS, ...(durable ? {} : FAST), ...settings, port: String(port) };
  const lines = Object.entries(all).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`);
  await writeFile(file, lines.join(''), { mode: 0o600 });
  if (user) await chown(file, user.uid, user.gid);
}
