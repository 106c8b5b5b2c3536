import type { ProjectionOptions, ProjectionModuleOptions } from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { expectTally, type TallyExpectation } from '../tally/expect-tally';
import { tally } from '../tally/tally-projection';
import { createTallyTables } from '../tally/tally-tables';
import { Worker } from './worker';

export interface FleetSettings {
  readonly projections: readonly ProjectionOptions[];
  readonly options?: ProjectionModuleOptions;
  readonly seed?: number;
}

/** Workers on a database, and an application here that runs no projection, to append and to give orders. */
export class Fleet {
  readonly workers: Worker[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly app: TestApp,
    private readonly settings: FleetSettings,
  ) {}

  static async create(settings: FleetSettings): Promise<Fleet> {
    const database = await createDatabase();
    const app = await startApp(database.url, {
      projections: settings.projections.map(tally),
      options: { ...settings.options, run: false, listen: false },
    });
    await createTallyTables(database);
    return new Fleet(database, app, settings);
  }

  async add(count = 1): Promise<Worker[]> {
    const added = await Promise.all(Array.from({ length: count }, () => Worker.start(this.workerSettings)));
    this.workers.push(...added);
    return added;
  }

  /** Begins a worker without waiting for it. */
  launch(): Worker {
    const worker = Worker.launch(this.workerSettings);
    this.workers.push(worker);
    return worker;
  }

  async kill(worker: Worker): Promise<void> {
    await worker.kill();
    this.workers.splice(this.workers.indexOf(worker), 1);
  }

  /** Begins anew those that have ended by themselves, as a deployment does: who loses the database at the start gives up. */
  relaunch(): void {
    for (const worker of this.workers.filter(({ running }) => !running)) {
      this.workers.splice(this.workers.indexOf(worker), 1);
      this.launch();
    }
  }

  /** The worker that holds the lease of a projection now. */
  async ownerOf(projection: string): Promise<Worker | undefined> {
    const [row] = await this.database.query<{ pid: number }>(
      `SELECT split_part(owner, ':', 2)::int AS pid FROM projection_leases
       WHERE projection = $1 AND expires_at > clock_timestamp()`,
      [projection],
    );
    return this.workers.find(({ pid }) => pid === row?.pid);
  }

  /** How many leases each worker holds, the fewest first. */
  async shares(): Promise<number[]> {
    const rows = await this.database.query<{ pid: number }>(
      `SELECT split_part(owner, ':', 2)::int AS pid FROM projection_leases WHERE expires_at > clock_timestamp()`,
    );
    const counts = this.workers.map((worker) => rows.filter(({ pid }) => pid === worker.pid).length);
    return counts.toSorted((a, b) => a - b);
  }

  /** Cuts all connections of a worker, the one it listens on excepted. */
  async cut(worker: Worker): Promise<void> {
    await this.database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
      [worker.name],
    );
  }

  /** Resolves when all that is committed is applied, and holds it against the log. */
  async settle(expectation?: TallyExpectation): Promise<void> {
    for (const { name, segments = 1 } of this.settings.projections) {
      const { settled } = await this.app.store.head();
      await this.app.projections.waitFor(name, settled, { timeoutMs: 60_000 });
      await expectTally(this.database, name, { mixedEpochs: segments > 1, ...expectation });
    }
  }

  async close(): Promise<void> {
    for (const worker of this.workers) await worker.kill();
    await this.app.close();
    await this.database.drop();
  }

  private get workerSettings() {
    return { url: this.database.url, options: {}, ...this.settings };
  }
}
