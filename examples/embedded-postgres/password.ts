import { randomBytes } from 'node:crypto';
import { chown, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresDataDirError } from './embedded-postgres.errors';
import type { ServerUser } from './server-user';

const PASSWORD_FILE = 'superuser.password';

/** With no password anyone on this machine could run programs as us, by COPY ... TO PROGRAM. */
export async function createPassword(folder: string, user: ServerUser | undefined): Promise<string> {
  const file = join(folder, PASSWORD_FILE);
  await writeFile(file, randomBytes(16).toString('hex'), { mode: 0o600 });
  if (user) await chown(file, user.uid, user.gid);
  return file;
}

/** Not from the start in `directory`: initdb wants an empty one. */
export async function keepPassword(file: string, directory: string): Promise<void> {
  await rename(file, join(directory, PASSWORD_FILE));
}

export async function readPassword(directory: string): Promise<string> {
  return readFile(join(directory, PASSWORD_FILE), 'utf8').catch((error: Error) => {
    throw new EmbeddedPostgresDataDirError(directory, `another tool made it (${error.message}).`);
  });
}
