import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { join } from 'node:path';
import type { FromWorker, WorkerSettings } from './worker-settings';

const FIXTURE = join(__dirname, 'worker.fixture.ts');

let count = 0;

/** An application with tally projections, running as a process of its own. */
export class Worker {
  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {}

  /** Resolves once it is ready; rejects when it ends before. */
  static async start(settings: Omit<WorkerSettings, 'name'>): Promise<Worker> {
    const worker = Worker.launch(settings);
    await worker.hears((message) => 'ready' in message);
    return worker;
  }

  /** Does not wait for it to be ready, which it may never be. */
  static launch(settings: Omit<WorkerSettings, 'name'>): Worker {
    const name = `worker-${process.pid}-${++count}`;
    const child = spawn(process.execPath, ['-r', '@swc-node/register', FIXTURE], {
      env: { ...process.env, WORKER: JSON.stringify({ ...settings, name }) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.setMaxListeners(0);
    return new Worker(name, child);
  }

  get pid(): number {
    return this.child.pid!;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** SIGSTOP and SIGCONT, which no process can refuse or notice. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  unpause(): void {
    this.child.kill('SIGCONT');
  }

  /** Ends it without a chance to clean up. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Asks it to shut down, as a deployment does, and waits until it has. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  /** How its own health check finds its projections. */
  async health(): Promise<string> {
    const answer = this.hears((message) => 'health' in message);
    this.child.send('health');
    return ((await answer) as { health: string }).health;
  }

  private async hears(wanted: (message: FromWorker) => boolean): Promise<FromWorker> {
    const messages = on(this.child, 'message', { close: ['exit'] }) as AsyncIterable<[FromWorker]>;
    if (this.running) for await (const [message] of messages) if (wanted(message)) return message;
    throw new Error(`${this.name} has ended`);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    const exit = once(this.child, 'exit');
    this.child.kill(signal);
    await exit;
  }
}
