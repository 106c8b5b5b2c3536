import { run } from './run';
import type { ServerUser } from './server-user';

/** Asks the kernel rather than reading modes, so that ACLs and mounts count too. */
export async function canEnter(directory: string, user: ServerUser | undefined): Promise<boolean> {
  if (!user) return true;
  return run('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], user).then(
    () => true,
    () => false,
  );
}
