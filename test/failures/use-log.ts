import type { ProjectionModuleOptions, ProjectionOptions, ProjectionStatus } from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { type Fault, LOG_TABLE, logProjection } from './log-projection';

/** A database with the log table for each test of a `describe`, and the applications that the test starts on it. */
export class Log {
  database!: TestDatabase;
  readonly fault: { now: Fault } = { now: () => undefined };
  private readonly apps: TestApp[] = [];

  async open(): Promise<void> {
    this.fault.now = () => undefined;
    this.database = await createDatabase();
    await this.database.query(LOG_TABLE);
  }

  async close(): Promise<void> {
    await Promise.all(this.apps.splice(0).map((app) => app.close()));
    await this.database.drop();
  }

  async start(projection: Partial<ProjectionOptions> = {}, options: ProjectionModuleOptions = {}) {
    const projections = [logProjection(projection.onError, this.fault, projection)];
    const app = await startApp(this.database.url, { projections, options });
    this.apps.push(app);
    return app;
  }

  /** Each event wrote two rows, or something is wrong with it. */
  async versionsOf(stream: string): Promise<number[]> {
    const rows = await this.database.query<{ version: number }>(
      'SELECT version FROM log WHERE stream_id = $1 ORDER BY serial',
      [stream],
    );
    const versions = rows.map(({ version }) => version);
    const once = versions.filter((_, n) => n % 2 === 0);
    expect(versions).toEqual(once.flatMap((version) => [version, version]));
    return once;
  }
}

export function useLog(): Log {
  const log = new Log();
  beforeEach(() => log.open());
  afterEach(() => log.close());
  return log;
}

/** @returns the position of the last event */
export async function appendTo({ store }: TestApp, stream: string, count = 1): Promise<bigint> {
  const events = Array.from({ length: count }, (_, n) => ({ type: 'Happened', data: { n } }));
  return (await store.append(stream, events)).globalPosition;
}

export async function statusOf({ projections }: TestApp, name = 'log'): Promise<ProjectionStatus> {
  const found = (await projections.status()).find((status) => status.name === name);
  if (!found) throw new Error(`no status of ${name}`);
  return found;
}
