import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeEmbeddedPostgres } from '../../examples/embedded-postgres';

/** A folder per run, named for its process: two runs in one checkout do not share or stop a server. */
const RUNS = join(__dirname, '../../node_modules/.cache/nestjs-projections/test-runs');

export function dataDirOfThisRun(): string {
  return dataDirOf(String(process.pid));
}

export async function removeThisRun(): Promise<void> {
  await removeRun(String(process.pid));
}

/** A run that was killed leaves its server running. */
export async function removeAbandonedRuns(): Promise<void> {
  for (const run of await readdir(RUNS).catch(() => [])) {
    if (!isAlive(Number(run))) await removeRun(run);
  }
}

async function removeRun(run: string): Promise<void> {
  await removeEmbeddedPostgres(dataDirOf(run));
  await rm(join(RUNS, run), { recursive: true, force: true });
}

function dataDirOf(run: string): string {
  return join(RUNS, run, 'data');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
