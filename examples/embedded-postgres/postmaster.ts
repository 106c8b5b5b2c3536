import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Postmaster {
  pid: number;
  port: number;
}

/** What `postmaster.pid` says. After a crash the file stays, so this proves nothing yet. */
export async function readPostmaster(directory: string): Promise<Postmaster | undefined> {
  const content = await readFile(postmasterFile(directory), 'utf8').catch(() => '');
  const [pid, , , port] = content.split('\n');
  return Number(pid) > 0 ? { pid: Number(pid), port: Number(port) } : undefined;
}

export function postmasterFile(directory: string): string {
  return join(directory, 'postmaster.pid');
}

/** Whether process `pid` is the server of this very data directory, not a stranger who got its number. */
export async function isPostmaster(pid: number, directory: string): Promise<boolean> {
  // On Windows the server is started with forward slashes.
  const [line, path] = [await commandLine(pid), directory].map((text) => text.replaceAll('\\', '/'));
  const at = line!.indexOf(path!);
  // `/data` is not `/data2`, nor is whoever reads `/data/server.log` the server.
  return at >= 0 && !/[\w./-]/.test(line!.charAt(at + path!.length));
}

async function commandLine(pid: number): Promise<string> {
  // Minimal images have no `ps`; other systems have no /proc.
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const [program, ...args] =
    process.platform === 'win32'
      ? [
          'powershell',
          '-NoProfile',
          '-Command',
          `(Get-CimInstance Win32_Process -Filter "ProcessId=${pid}").CommandLine`,
        ]
      : ['ps', '-ww', '-o', 'command=', '-p', String(pid)];
  return promisify(execFile)(program, args).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
