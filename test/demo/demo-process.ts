import { spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

export interface DemoProcess {
  /** What it has said so far, on both channels. */
  readonly output: string;
  readonly ended: Promise<{ code: number | null; output: string }>;
  /** Waits until it says something; fails when it ends without. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
}

/** The demo as a user runs it: a process of its own. */
export function startDemo(
  args: readonly string[],
  env: { DATABASE_URL: string; PORT?: string },
): DemoProcess {
  const child = spawn(
    process.execPath,
    ['-r', '@swc-node/register', 'examples/orders/demo/main.ts', ...args],
    { cwd: ROOT, env: { ...process.env, NO_COLOR: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    output += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, output })),
  );
  return {
    get output() {
      return output;
    },
    ended,
    kill: (signal) => void child.kill(signal),
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const listen = () => {
          const match = pattern.exec(output);
          if (!match) return;
          listeners.delete(listen);
          resolve(match);
        };
        listeners.add(listen);
        listen();
        void ended.then(() =>
          reject(new Error(`The demo ended without saying ${String(pattern)}:\n${output}`)),
        );
      }),
  };
}
