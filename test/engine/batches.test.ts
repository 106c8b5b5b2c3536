import {
  type CommittedBatch,
  ProjectionStoppedError,
  UnknownProjectionError,
  WaitTimeoutError,
} from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { createRecordedTable, recorder, type RecorderOptions } from '../support/recorder';
import { happened, startStore } from '../support/store';

const COUNT = 12;

describe('batches', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    const before = await startStore(database.url);
    await before.store.append(
      'history',
      Array.from({ length: COUNT }, () => ({ type: 'Happened', data: { text: 'x'.repeat(200) } })),
    );
    await before.close();
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  async function start(options: Partial<RecorderOptions>, maxBatchBytes?: number): Promise<void> {
    const projections = [recorder({ name: 'log', ...options })];
    app = await startApp(database.url, { projections, options: { maxBatchBytes } });
    await app.projections.waitFor('log', BigInt(COUNT));
  }

  /** How many events each transaction applied, by the transaction ids of the rows. */
  const sizes = async () =>
    (
      await database.query<{ size: number }>(
        'SELECT count(*)::int AS size FROM recorded GROUP BY xmin ORDER BY min(serial)',
      )
    ).map(({ size }) => size);

  it('are one transaction for all where they may be large', async () => {
    await start({});
    expect(await sizes()).toEqual([COUNT]);
  });

  it('have a transaction for each event where batchSize is 1', async () => {
    await start({ batchSize: 1 });
    expect(await sizes()).toEqual(Array.from({ length: COUNT }, () => 1));
  });

  it('have no more events than batchSize', async () => {
    await start({ batchSize: 5 });
    expect(await sizes()).toEqual([5, 5, 2]);
  });

  it('end with the event that reaches maxBatchBytes', async () => {
    await start({}, 1);
    expect(await sizes()).toEqual(Array.from({ length: COUNT }, () => 1));
  });

  it('are told to who watches, once committed', async () => {
    await start({ batchSize: 5 });
    const batches: CommittedBatch[] = [];
    const watching = app.projections.changes('log').subscribe((batch) => batches.push(batch));
    await app.store.append('s', [happened(), happened()]);
    await eventually(() => expect(batches.flatMap(({ events }) => events)).toHaveLength(2));
    expect(batches.at(-1)).toMatchObject({ projection: 'log', position: 14n, replaying: false });
    expect(batches.flatMap(({ events }) => events)).toMatchObject([
      { globalPosition: 13n, streamId: 's' },
      { globalPosition: 14n, streamId: 's' },
    ]);
    watching.unsubscribe();
  });
});

describe('waiting for a projection', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    app = await startApp(database.url, {
      projections: [
        recorder({ name: 'log', types: ['Happened'] }),
        recorder({ name: 'asleep', type: 'catch-up' }),
      ],
    });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('ends when it is there, also where the position holds an event of another type', async () => {
    const { globalPosition } = await app.store.append('s', [happened(), { type: 'Foreign', data: {} }]);
    await app.projections.waitFor('log', globalPosition);
    expect(await database.query('SELECT FROM recorded')).toHaveLength(1);
    await app.projections.waitFor('log', 0n);
  });

  it('ends with an error that says where it is, when the time is up', async () => {
    const { globalPosition } = await app.store.append('s', [happened()]);
    const wait = app.projections.waitFor('asleep', globalPosition, { timeoutMs: 1 });
    await expect(wait).rejects.toThrow(WaitTimeoutError);
    await expect(wait).rejects.toThrow(
      `"asleep" did not reach position ${globalPosition} within 1 ms; it is at 0`,
    );
  });

  it('ends with what stopped it, when it stops before', async () => {
    await database.query('ALTER TABLE recorded ADD CHECK (version < 1000)');
    await database.query(
      `INSERT INTO events (id, stream_id, version, type, data) VALUES (gen_random_uuid(), 'bad', 1000, 'Happened', '{}')`,
    );
    const { globalPosition } = await app.store.append('s', [happened()]);
    const wait = app.projections.waitFor('log', globalPosition, { timeoutMs: 30_000 });
    await expect(wait).rejects.toThrow(ProjectionStoppedError);
    await expect(wait).rejects.toThrow('violates check constraint');
  });

  it.each<[string, () => unknown]>([
    ['waitFor', () => app.projections.waitFor('lag', 1n)],
    ['pause', () => app.projections.pause('lag')],
    ['resume', () => app.projections.resume('lag')],
    ['rebuild', () => app.projections.rebuild('lag')],
    ['catchUp', () => app.projections.catchUp('lag')],
    ['changes', () => app.projections.changes('lag')],
    ['deadLetters', () => app.projections.deadLetters('lag')],
  ])('or %s fails for a name that nobody declares, and names those there are', async (_call, call) => {
    const outcome: unknown = await Promise.resolve()
      .then(call)
      .catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(UnknownProjectionError);
    expect(outcome).toMatchObject({
      message: expect.stringContaining('no projection "lag" here. Known are: log, asleep') as string,
    });
  });
});
