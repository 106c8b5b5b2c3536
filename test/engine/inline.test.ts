import {
  HandlerFailedError,
  On,
  OnAny,
  Projection,
  type ProjectionContext,
  type RecordedEvent,
  UnsupportedOperationError,
} from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import {
  createRecordedTable,
  positionsRecordedBy,
  recordedBy,
  recorder,
  type RecorderOptions,
} from '../support/recorder';
import { happened, startStore } from '../support/store';

/** Does to certain types what a handler can do wrong. */
@Projection({ name: 'faulty', type: 'inline' })
class Faulty {
  @On('Throws')
  throws() {
    throw new Error('no stock');
  }
  @On('BreaksSql')
  async breaksSql(_event: RecordedEvent, { manager }: ProjectionContext) {
    await manager.query(`INSERT INTO recorded (position) VALUES ('one')`);
  }
  @On('SwallowsSqlError')
  async swallows(_event: RecordedEvent, { manager }: ProjectionContext) {
    await manager.query(`INSERT INTO recorded (position) VALUES ('one')`).catch(() => undefined);
  }
  @On('MakesSideEffect')
  effect(_event: RecordedEvent, { afterCommit }: ProjectionContext) {
    afterCommit(() => undefined);
  }
}

const FAULTS = [
  ['throws', 'Throws', 'Error: no stock'],
  ['breaks SQL', 'BreaksSql', 'invalid input syntax for type bigint'],
  ['swallows the error of its statement', 'SwallowsSqlError', 'its error was swallowed'],
  ['uses afterCommit', 'MakesSideEffect', 'make side effects in a persistent projection'],
] as const;

describe('an inline projection', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  const log = () => positionsRecordedBy(database, 'log');

  async function start(...more: RecorderOptions[]): Promise<void> {
    const projections = [
      recorder({ name: 'log', type: 'inline' }),
      Faulty,
      ...more.map((one) => recorder(one)),
    ];
    app = await startApp(database.url, { projections });
    await isInline('log', 'faulty');
  }

  /** Resolves when it has caught up with history and handed over to the appends. */
  const isInline = (...names: string[]) =>
    eventually(async () => {
      const rows = await database.query<{ projection: string }>(
        'SELECT projection FROM projection_checkpoints WHERE replay_until IS NULL',
      );
      expect(rows.map(({ projection }) => projection)).toEqual(expect.arrayContaining(names));
    });

  it('is right when the append returns', async () => {
    await start();
    for (let n = 1; n <= 5; n++) {
      await app.store.append(`s-${n}`, [happened(), happened()]);
      expect(await log()).toHaveLength(2 * n);
    }
    expect(await app.projections.status()).toMatchObject([
      { name: 'log', lag: { events: 0 }, position: 10n },
      {},
    ]);
  });

  it.each(FAULTS)('that %s rolls the append back and tells the caller', async (_what, type, cause) => {
    await start();
    const error: unknown = await app.store
      .append('s', [happened(), { type, data: {} }])
      .catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(HandlerFailedError);
    expect(error).toMatchObject({
      projection: 'faulty',
      event: { type, streamId: 's', version: 2 },
      message: expect.stringContaining(cause) as string,
    });
    // Nothing is stopped that could be resumed, and no event is there to skip.
    expect((error as Error).message).toMatch(/The append was refused.* append again\.$/);
    expect((error as Error).message).not.toMatch(/resume|skip/);
    expect(await app.store.readStream('s')).toEqual([]);
    expect(await log()).toEqual([]);

    await app.store.append('s', [happened()]);
    expect(await log()).toHaveLength(1);
  });

  it('refuses afterCommit by an error of its own', async () => {
    await start();
    const append = app.store.append('s', [{ type: 'MakesSideEffect', data: {} }]);
    await expect(append).rejects.toMatchObject({ cause: expect.any(UnsupportedOperationError) as unknown });
  });

  it("takes part in the caller's transaction", async () => {
    await start();
    const rolledBack = app.dataSource.transaction(async (manager) => {
      await app.store.append('s', [happened()], { manager });
      expect(await manager.query('SELECT FROM recorded')).toHaveLength(1);
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    expect(await log()).toEqual([]);
  });

  it('applies an append once, though it is made again', async () => {
    await start();
    const event = { ...happened(), id: '00000000-0000-4000-8000-000000000001' };
    await app.store.append('s', [event]);
    await app.store.append('s', [event]);
    expect(await log()).toEqual([1]);
  });

  it('applies nothing again after a restart, however much was appended since it went inline', async () => {
    await start();
    const many = Array.from({ length: 1200 }, (_, n) => happened(n));
    await app.store.append('s', many);
    await app.close();
    await start();
    await app.store.append('s', [happened()]);
    await app.projections.waitFor('log', 1201n);
    await app.close();
    await start();
    expect(await log()).toHaveLength(1201);
  });

  it('sees only what it handles', async () => {
    await start({ name: 'chosen', type: 'inline', types: ['Chosen'] });
    await isInline('chosen');
    await app.store.append('s', [happened(), { type: 'Chosen', data: {} }]);
    expect(await positionsRecordedBy(database, 'chosen')).toEqual([2]);
  });

  it('first catches up with history, each event once, while appends go on', async () => {
    const before = await startStore(database.url);
    await before.store.append(
      'history',
      Array.from({ length: 1000 }, (_, n) => happened(n)),
    );
    await before.close();
    const projections = [recorder({ name: 'log', type: 'inline', batchSize: 200 })];
    app = await startApp(database.url, { projections });
    let appended = 0;
    const handedOver = isInline('log').then(() => (appended = -appended));
    while (appended >= 0) {
      await Promise.all([1, 2, 3].map((n) => app.store.append(`s-${n}`, [happened()])));
      appended += 3;
    }
    await handedOver;

    // From here on it is in time.
    await app.store.append('last', [happened()]);
    const applied = await recordedBy(database, 'log');
    expect(applied.at(-1)).toMatchObject({ streamId: 'last' });
    const all = await database.query('SELECT global_position FROM events ORDER BY 1');
    expect(applied.map(({ position }) => String(position)).toSorted(byNumber)).toEqual(
      all.map((row) => row.global_position as string),
    );
  });

  it('is applied with history before it, though it handles everything', async () => {
    @Projection({ name: 'any', type: 'inline' })
    class Any {
      @OnAny()
      any() {}
    }
    app = await startApp(database.url, { projections: [Any] });
    await isInline('any');
    await app.projections.waitFor('any', (await app.store.append('s', [happened()])).globalPosition);
  });
});

const byNumber = (a: string, b: string) => Number(a) - Number(b);
