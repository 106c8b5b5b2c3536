import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canEnter } from './can-enter';
import { EmbeddedPostgresUnavailableError } from './embedded-postgres.errors';
import type { ServerUser } from './server-user';

/** Stands in for a folder that the server's user cannot enter: the same place for the same `key`. */
export async function tempFolderFor(kind: string, key: string, user?: ServerUser): Promise<string> {
  const parent = await realpath(tmpdir());
  if (!(await canEnter(parent, user))) {
    throw new EmbeddedPostgresUnavailableError(
      `user ${user?.uid} can enter neither the project's folder nor ${parent}; set TMPDIR to a folder it can enter.`,
    );
  }
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16);
  const folder = join(parent, `embedded-postgres-${kind}-${hash}`);
  await refuseForeign(folder, user);
  return folder;
}

/** The name can be guessed, and anyone may write to the temporary folder: trust only what we made. */
async function refuseForeign(folder: string, user?: ServerUser): Promise<void> {
  const owner = (await stat(folder).catch(() => undefined))?.uid;
  if (owner === undefined || owner === process.getuid?.() || owner === user?.uid) return;
  throw new EmbeddedPostgresUnavailableError(`${folder} belongs to another user (${owner}); remove it.`);
}
