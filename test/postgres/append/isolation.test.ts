import {
  AppendCanceledError,
  On,
  Projection,
  type ProjectionContext,
  ReadOnlyStoreError,
  StaleSnapshotError,
  WrongExpectedVersionError,
} from 'nestjs-projections';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { happened, NO_POLLING } from '../../support/store';

/** Reads what others write, and writes a row of its own: at SERIALIZABLE one of two would fail. */
@Projection({ name: 'counting', type: 'inline' })
class Counting {
  @On('Counted')
  async count(_event: unknown, { manager }: ProjectionContext) {
    await manager.query('INSERT INTO counts SELECT count(*) FROM counts');
  }
}

describe('an append in a database', () => {
  let database: TestDatabase;
  let app: TestApp | undefined;

  beforeEach(async () => (database = await createDatabase()));
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await database.drop();
  });

  async function startWith(setting: string, value: string): Promise<TestApp> {
    await (await startApp(database.url, { options: { ...NO_POLLING, listen: false } })).close();
    await database.query('CREATE TABLE counts (n int)');
    const [{ name } = { name: '' }] = await database.query<{ name: string }>(
      'SELECT current_database() AS name',
    );
    await database.query(`ALTER DATABASE ${name} SET ${setting} = '${value}'`);
    return (app = await startApp(database.url, { projections: [Counting], options: { migrate: false } }));
  }

  it.each(['serializable', 'repeatable read'])(
    'whose default isolation is %s succeeds beside others',
    async (level) => {
      const { store } = await startWith('default_transaction_isolation', level);
      await eventually(async () =>
        expect(
          await database.query('SELECT FROM projection_checkpoints WHERE replay_until IS NULL'),
        ).toHaveLength(1),
      );
      const streams = Array.from({ length: 40 }, (_, n) => `s-${n}`);
      const outcomes = await Promise.allSettled([
        ...streams.map((s) => store.append(s, [happened()])),
        ...streams.map(() => store.append('same', [happened()])),
        ...streams.map((s) => store.append(`${s}-counted`, [{ type: 'Counted', data: {} }])),
      ]);
      expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
      expect(await database.query('SELECT FROM counts')).toHaveLength(40);

      const versions = await Promise.allSettled(
        streams.map(() => store.append('same', [happened()], { expectedVersion: 40 })),
      );
      const refusals = versions.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
      expect(refusals).toHaveLength(39);
      for (const refusal of refusals) expect(refusal).toBeInstanceOf(WrongExpectedVersionError);
    },
  );

  it('that is read-only says so', async () => {
    app = await startApp(database.url, { options: { ...NO_POLLING, listen: false } });
    const error: unknown = await app.dataSource
      .transaction(async (manager) => {
        await manager.query('SET TRANSACTION READ ONLY');
        await app!.store.append('s', [happened()], { manager });
      })
      .catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(ReadOnlyStoreError);
    const [{ name } = { name: '' }] = await database.query<{ name: string }>(
      'SELECT current_database() AS name',
    );
    await database.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND pid <> pg_backend_pid()`,
    );
    // The pool may not know yet that its connections are gone.
    await eventually(async () =>
      expect(await app!.store.append('s', [happened()]).catch((refusal: unknown) => refusal)).toBeInstanceOf(
        ReadOnlyStoreError,
      ),
    );
  });

  it.each(['statement_timeout', 'lock_timeout'])(
    'whose %s ends it says so, and nothing is stored',
    async (setting) => {
      const { store } = await startWith(setting, '500ms');
      const other = await database.connect();
      await other.query(`SET ${setting} = 0; BEGIN; INSERT INTO events (id, stream_id, version, type, data)
      VALUES (gen_random_uuid(), 's', 1, 'Happened', '{}')`);
      await expect(store.append('s', [happened()])).rejects.toThrow(AppendCanceledError);
      await other.query('ROLLBACK');
      expect(await store.append('s', [happened()])).toMatchObject({ version: 1 });
    },
  );

  it.each(['REPEATABLE READ', 'SERIALIZABLE'] as const)(
    "in the caller's transaction at %s says that its snapshot is too old",
    async (level) => {
      app = await startApp(database.url, { options: { ...NO_POLLING, listen: false } });
      const { store, dataSource } = app;
      await store.append('s', [happened()]);
      const outcomes = await dataSource.transaction(level, async (manager) => {
        await manager.query('SELECT count(*) FROM events');
        await store.append('s', [happened(), happened()]);
        const appends: unknown[] = [];
        for (const expectedVersion of ['any', 1] as const)
          appends.push(
            await store
              .append('s', [happened()], { manager, expectedVersion })
              .catch((refusal: unknown) => refusal),
          );
        return appends;
      });
      expect(outcomes[0]).toBeInstanceOf(StaleSnapshotError);
      expect(outcomes[0]).toMatchObject({ code: '40001', streamId: 's' });
      expect(outcomes[1]).toBeInstanceOf(WrongExpectedVersionError);
      expect(outcomes[1]).toMatchObject({ expected: 1, actual: 2 });
      expect(await store.readStream('s')).toHaveLength(3);
    },
  );
});
