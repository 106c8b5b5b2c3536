import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster';
import { isPostmaster, readPostmaster } from './postmaster';
import { run } from './run';

/** Does nothing where no server runs. */
export async function stopServer({ directory, binaries, user }: Cluster): Promise<void> {
  const postmaster = await readPostmaster(directory);
  if (!postmaster || !(await isPostmaster(postmaster.pid, directory))) return;
  try {
    await run(binaries.pgCtl, ['stop', '--mode', 'fast', '--wait', '--pgdata', directory], user);
  } catch (error) {
    // Somebody else may have stopped it first.
    if (await isPostmaster(postmaster.pid, directory)) throw error;
  }
  // pg_ctl waits for postmaster.pid to go, which is just before the process itself goes.
  while (await isPostmaster(postmaster.pid, directory)) await sleep(5);
}
