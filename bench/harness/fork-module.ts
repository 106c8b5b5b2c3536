import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';

/** Runs a module next to this code in a process of its own: compiled where this code is, and as TypeScript in tests. */
export function forkModule(path: string, args: readonly string[]): ChildProcess {
  const extension = extname(__filename);
  return fork(path + extension, args, { execArgv: extension === '.ts' ? ['-r', '@swc-node/register'] : [] });
}
