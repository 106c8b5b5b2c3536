import { type ChildProcess, spawn } from 'node:child_process';

/** A process of its own that runs a fixture written in TypeScript. */
export class FixtureProcess {
  private readonly child: ChildProcess;
  private readonly listeners = new Set<() => void>();
  private said = '';
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(path: string, databaseUrl: string, env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, ['-r', '@swc-node/register', path], {
      env: { ...process.env, ...env, DATABASE_URL: databaseUrl },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on('data', (chunk: Buffer) => {
        this.said += chunk.toString();
        for (const listener of this.listeners) listener();
      });
    this.ended = new Promise((resolve) =>
      this.child.once('close', (code, signal) => resolve({ code, signal })),
    );
  }

  /** Resolves once it has said `text`; fails when it ends without. */
  says(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const listen = () => {
        if (this.said.includes(text)) resolve();
      };
      this.listeners.add(listen);
      listen();
      void this.ended.then(() => reject(new Error(`It ended without saying "${text}":\n${this.said}`)));
    });
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.child.kill(signal);
    if (signal === 'SIGKILL') await this.ended;
  }
}
