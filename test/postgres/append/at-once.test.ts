import {
  EventStore,
  ManagerWithoutTransactionError,
  On,
  Projection,
  type ProjectionContext,
  type RecordedEvent,
} from 'nestjs-projections';
import { Inject } from '@nestjs/common';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { happened } from '../../support/store';

const COUNT = 8;

/** Appends itself, in the transaction in which it is called. */
@Projection({ name: 'answering', type: 'inline' })
class Answering {
  constructor(@Inject(EventStore) private readonly store: EventStore) {}

  @On('Asked')
  async answer({ streamId }: RecordedEvent, { manager }: ProjectionContext) {
    const answers = [1, 2, 3].map((n) =>
      this.store.append(`${streamId}-answer-${n}`, [happened(n)], { manager }),
    );
    await Promise.all(answers);
  }
}

/** The streams that an append to `s` ends in. */
const answers = (s: string) => [s, ...[1, 2, 3].map((n) => `${s}-answer-${n}`)];

describe('appends at once in one transaction', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    app = await startApp(database.url, { projections: [Answering], poolSize: 4 });
    await eventually(async () =>
      expect(
        await database.query('SELECT FROM projection_checkpoints WHERE replay_until IS NULL'),
      ).toHaveLength(1),
    );
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => database.query('DELETE FROM events'));

  const streams = async () =>
    (await database.query<{ s: string }>('SELECT stream_id AS s FROM events ORDER BY global_position')).map(
      ({ s }) => s,
    );
  const numbers = Array.from({ length: COUNT }, (_, n) => n);

  /** None of the pool's connections was left in a transaction, or with an answer that nobody waits for. */
  async function expectUsablePool(): Promise<void> {
    for (const n of numbers) await app.store.append(`later-${n}`, [happened(n)]);
    expect((await streams()).filter((s) => s.startsWith('later'))).toHaveLength(COUNT);
    const open = await database.query(
      `SELECT state FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'`,
    );
    expect(open).toEqual([]);
  }

  it('are made one after the other, in their order', async () => {
    const results = await app.dataSource.transaction((manager) =>
      Promise.all(numbers.map((n) => app.store.append('s', [happened(n)], { manager }))),
    );
    expect(results.map(({ version }) => version)).toEqual(numbers.map((n) => n + 1));
    expect((await app.store.readStream('s')).map(({ data }) => data as unknown)).toEqual(
      numbers.map((n) => ({ n })),
    );
    await expectUsablePool();
  });

  it('stay where one of them is refused', async () => {
    await app.dataSource.transaction(async (manager) => {
      const outcomes = await Promise.allSettled(
        numbers.map((n) => app.store.append(`s-${n}`, [happened(n)], { manager, expectedVersion: n % 2 })),
      );
      expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual(numbers.map((n) => n % 2 === 0));
    });
    expect(await streams()).toEqual(numbers.filter((n) => n % 2 === 0).map((n) => `s-${n}`));
    await expectUsablePool();
  });

  it('are made also where a handler appends in the transaction that it is called in', async () => {
    await app.dataSource.transaction((manager) =>
      Promise.all(['a', 'b'].map((s) => app.store.append(s, [{ type: 'Asked', data: {} }], { manager }))),
    );
    expect(await streams()).toEqual([...answers('a'), ...answers('b')]);
    await app.store.append('c', [{ type: 'Asked', data: {} }]);
    expect((await streams()).slice(-4)).toEqual(answers('c'));
    await expectUsablePool();
  });

  it.each(['commitTransaction', 'rollbackTransaction'] as const)(
    'that are left behind write nothing outside of it: %s',
    async (end) => {
      const runner = app.dataSource.createQueryRunner();
      await runner.startTransaction();
      const { manager } = runner;
      const left = numbers.map((n) => app.store.append(`s-${n}`, [happened(n)], { manager }));
      const settled = Promise.allSettled(left);
      await runner[end]();
      const outcomes = await settled;
      await runner.release();

      const refused = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
      );
      expect(refused.length).toBeGreaterThan(0);
      for (const reason of refused) expect(reason).toBeInstanceOf(ManagerWithoutTransactionError);
      const made =
        end === 'rollbackTransaction' ? [] : numbers.slice(0, COUNT - refused.length).map((n) => `s-${n}`);
      expect(await streams()).toEqual(made);
      await expectUsablePool();
    },
  );
});
