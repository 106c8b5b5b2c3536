import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Cluster } from './cluster';
import { EmbeddedPostgresDataDirError } from './embedded-postgres.errors';
import { initialise } from './initialise';

export async function ensureDataDirectory(
  { directory, binaries, user }: Cluster,
  durable: boolean,
): Promise<void> {
  if (await isDataDirectory(directory)) return;
  await refuseOtherContents(directory);
  await removeAbandonedStages(directory);
  // A killed initdb leaves half a directory, so it works on a stage that becomes the directory at once.
  const stage = await mkdtemp(stagePrefix(directory) + `${process.pid}-`);
  try {
    const data = await initialise(stage, binaries, { user, durable });
    await rename(data, directory).catch(async (error: Error) => {
      const fasterOne = await isDataDirectory(directory);
      if (!fasterOne) throw new EmbeddedPostgresDataDirError(directory, error.message);
    });
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

async function refuseOtherContents(directory: string): Promise<void> {
  const files = await readdir(directory).catch(() => []);
  // Asked again, for another process may just have made it one.
  if (files.length === 0 || (await isDataDirectory(directory))) return;
  throw new EmbeddedPostgresDataDirError(directory, 'it holds other files.');
}

async function isDataDirectory(directory: string): Promise<boolean> {
  return stat(join(directory, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

function stagePrefix(directory: string): string {
  return `${directory}.initdb-`;
}

async function removeAbandonedStages(directory: string): Promise<void> {
  const prefix = basename(stagePrefix(directory));
  for (const name of await readdir(dirname(directory))) {
    if (!name.startsWith(prefix) || isAlive(Number.parseInt(name.slice(prefix.length), 10))) continue;
    // Its initdb may not have noticed yet and still be writing; the next start tries again.
    await rm(join(dirname(directory), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
