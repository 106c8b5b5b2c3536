import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../examples/embedded-postgres';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from '../../examples/embedded-postgres';

/** A folder for one test's data. mkdtemp makes it private, which as root is a case of its own. */
export class ServerFolder {
  private latest: EmbeddedPostgres | undefined;

  private constructor(
    private readonly path: string,
    readonly dataDir: string,
  ) {}

  static async create({ closed = false } = {}): Promise<ServerFolder> {
    const path = await mkdtemp(join(tmpdir(), 'projections-test-'));
    await chmod(path, closed ? 0o700 : 0o755);
    return new ServerFolder(path, join(path, 'data'));
  }

  async start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
    this.latest = await startEmbeddedPostgres({ dataDir: this.dataDir, durable: false, ...options });
    return this.latest;
  }

  async stop(): Promise<void> {
    await this.latest?.stop();
  }

  async remove(): Promise<void> {
    await removeEmbeddedPostgres(this.dataDir);
    await rm(this.path, { recursive: true });
  }
}

export async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows[0] && Object.values(rows[0])[0];
  } finally {
    await client.end();
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // Ended, but not yet collected by init: some containers have one that is slow or missing.
  return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
