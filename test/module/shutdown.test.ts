import { join } from 'node:path';
import { OnAny, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { startApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { Deferred } from '../support/deferred';
import { FixtureProcess } from '../support/fixture-process';
import { appendAsOneBatch } from '../support/one-batch';
import { createRecordedTable } from '../support/recorder';
import { happened, startStore } from '../support/store';

let begun: Deferred;
let blocked: Deferred;

@Projection({ name: 'slow' })
class Slow {
  @OnAny()
  async any(event: RecordedEvent, { manager }: ProjectionContext) {
    begun.release();
    await blocked.released;
    await manager.query(
      `INSERT INTO recorded (projection, position, stream_id, version, type, replaying)
       VALUES ('slow', $1, $2, $3, $4, false)`,
      [event.globalPosition, event.streamId, event.version, event.type],
    );
  }
}

describe('shutdown', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    [begun, blocked] = [new Deferred(), new Deferred()];
    database = await createDatabase();
    await createRecordedTable(database);
  });
  afterEach(() => database.drop());

  const state = () =>
    database.query(
      `SELECT position, (SELECT count(*)::int FROM recorded) AS rows,
              (SELECT count(*)::int FROM projection_leases WHERE expires_at > now()) AS leases
       FROM projection_checkpoints`,
    );

  it('lets the batch in flight commit, and gives its leases back, before the data source closes', async () => {
    const app = await startApp(database.url, { projections: [Slow] });
    await appendAsOneBatch(app, 's', [happened(), happened()]);
    await begun.released;
    const closed = app.close();
    blocked.release();
    await closed;
    expect(app.dataSource.isInitialized).toBe(false);
    expect(await state()).toEqual([{ position: '2', rows: 2, leases: 0 }]);
  });

  it('begins no further batch', async () => {
    const app = await startApp(database.url, { projections: [Slow], options: { batchSize: 1 } });
    await app.store.append('s', [happened(), happened(), happened()]);
    await begun.released;
    const closed = app.close();
    blocked.release();
    await closed;
    expect(await state()).toEqual([{ position: '1', rows: 1, leases: 0 }]);
  });

  it('rolls back a batch that does not end, and the next start applies it', async () => {
    const app = await startApp(database.url, { projections: [Slow] });
    await app.store.append('s', [happened()]);
    await begun.released;
    await app.close();
    expect(await state()).toEqual([{ position: '0', rows: 0, leases: 0 }]);

    blocked.release();
    const next = await startApp(database.url, { projections: [Slow] });
    await next.projections.waitFor('slow', 1n);
    await next.close();
    expect(await state()).toEqual([{ position: '1', rows: 1, leases: 0 }]);
  });

  it('can be asked for twice', async () => {
    const app = await startApp(database.url, { projections: [Slow] });
    await Promise.all([app.close(), app.close()]);
  });

  /** A process in the middle of a batch that ends soon after the shutdown has begun. */
  async function startSlowProcess(): Promise<FixtureProcess> {
    const store = await startStore(database.url);
    await store.store.append('s', [happened()]);
    await store.close();
    const slow = new FixtureProcess(join(__dirname, 'slow-batch.fixture.ts'), database.url);
    // A projection runs before `main` goes on, and until that has set the hooks a signal ends the process at once.
    await Promise.all([slow.says('in the batch'), slow.says('hears signals')]);
    return slow;
  }

  it('of a process that gets SIGTERM ends it with the batch committed', async () => {
    const slow = await startSlowProcess();
    await slow.kill('SIGTERM');
    expect(await slow.ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(await state()).toEqual([{ position: '1', rows: 1, leases: 0 }]);
  });

  it('of a process that gets SIGTERM a second time does not hang, and leaves nothing half done', async () => {
    const slow = await startSlowProcess();
    await slow.kill('SIGTERM');
    await slow.says('shutting down');
    await slow.kill('SIGTERM');
    expect(await slow.ended).toEqual({ code: null, signal: 'SIGTERM' });
    const [row] = await state();
    expect([0, 1]).toContain(row!.rows);
    expect(row!.position).toBe(String(row!.rows));
  });
});
