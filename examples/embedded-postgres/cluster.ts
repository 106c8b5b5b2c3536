import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { findBinaries } from './binaries';
import type { Binaries } from './binaries';
import { canEnter } from './can-enter';
import { findServerUser } from './server-user';
import type { ServerUser } from './server-user';
import { tempFolderFor } from './temp-folder';

/** A data directory and what it takes to run a server on it. */
export interface Cluster {
  directory: string;
  binaries: Binaries;
  user: ServerUser | undefined;
}

export async function openCluster(dataDir: string): Promise<Cluster> {
  const user = await findServerUser(dataDir);
  const binaries = await findBinaries(user);
  return { user, binaries, directory: await locateDataDirectory(dataDir, user) };
}

/** Where the data really live: in `dataDir`, or in the temporary folder if the server cannot get there. */
async function locateDataDirectory(dataDir: string, user: ServerUser | undefined): Promise<string> {
  const wanted = resolve(dataDir);
  const parent = dirname(wanted);
  await mkdir(parent, { recursive: true });
  if (!(await canEnter(parent, user))) return tempFolderFor('data', wanted, user);
  // The server reports its directory with symbolic links resolved; so do we.
  return realpath(wanted).catch(async () => join(await realpath(parent), basename(wanted)));
}
