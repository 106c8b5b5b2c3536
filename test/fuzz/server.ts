import { readPostmaster } from '../../examples/embedded-postgres/postmaster';
import { isRunning, ServerFolder } from '../embedded-postgres/servers';
import { eventually } from '../support/eventually';

/** Commits are told to clients long before they are written. */
const SETTINGS = { synchronous_commit: 'off', wal_writer_delay: '10000', wal_writer_flush_after: '1GB' };

/** A PostgreSQL server that may be restarted, and may lose its last commits by it. */
export class FuzzServer {
  private constructor(
    private readonly folder: ServerFolder,
    private readonly dataDir: string,
    readonly url: string,
  ) {}

  static async start(): Promise<FuzzServer> {
    const folder = await ServerFolder.create();
    const { url, dataDir } = await folder.start({ settings: SETTINGS });
    return new FuzzServer(folder, dataDir, url);
  }

  async restart(): Promise<void> {
    await this.folder.stop();
    await this.startAgain();
  }

  /** Ends it at once, without what it has not written yet. */
  async crash(): Promise<void> {
    const postmaster = await readPostmaster(this.dataDir);
    process.kill(postmaster!.pid, 'SIGQUIT');
    await eventually(() => {
      if (isRunning(postmaster!.pid)) throw new Error('The server did not end.');
    }, 15_000);
    await this.startAgain();
  }

  async remove(): Promise<void> {
    await this.folder.remove();
  }

  private async startAgain(): Promise<void> {
    await this.folder.start({ settings: SETTINGS, port: Number(new URL(this.url).port) });
  }
}
