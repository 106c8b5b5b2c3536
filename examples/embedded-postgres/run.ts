import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { EmbeddedPostgresCommandError } from './embedded-postgres.errors';
import type { ServerUser } from './server-user';

const onWindows = process.platform === 'win32';

export async function run(command: string, args: string[], user?: ServerUser): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, args, {
      ...user,
      env: environment(),
      // The server's user may not be able to enter our own working directory.
      cwd: onWindows ? undefined : '/',
      // A process group of its own: Ctrl-C is for node, which then decides what happens to the server.
      detached: !onWindows,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    const fail = (cause?: Error): void =>
      reject(new EmbeddedPostgresCommandError(basename(command), cause ? cause.message : output, { cause }));
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', fail);
    child.on('exit', (code) => {
      if (code !== 0) return;
      // Not 'close': on Windows a started server inherits these pipes and never closes them.
      child.stdout.destroy();
      child.stderr.destroy();
      resolve();
    });
    child.on('close', (code) => {
      if (code !== 0) fail();
    });
  });
}

/** Without the user's PGDATA, PGPORT and friends, and in English, because we read the server's log. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  return { ...Object.fromEntries(own), LC_ALL: 'C' };
}
