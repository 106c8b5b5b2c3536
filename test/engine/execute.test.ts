import { OnAny, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { type TestApp, startApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { appendAsOneBatch } from '../support/one-batch';

type Handle = (event: RecordedEvent<{ n: number }>, context: ProjectionContext) => unknown;

const handle: { now: Handle } = { now: () => undefined };

@Projection({ name: 'log', onError: 'dead-letter', retry: { attempts: 2, backoff: { minMs: 1, maxMs: 1 } } })
class LogProjection {
  @OnAny()
  any(event: RecordedEvent<{ n: number }>, context: ProjectionContext) {
    return handle.now(event, context);
  }
}

const INSERT = 'INSERT INTO log (n, note) VALUES ($1, $2)';

describe('context.execute', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    await database.query(
      'CREATE TABLE log (serial int GENERATED ALWAYS AS IDENTITY, n int CHECK (n <> 13), note text)',
    );
    app = await startApp(database.url, { projections: [LogProjection] });
  });

  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  async function append(count: number, first = 1): Promise<void> {
    const events = Array.from({ length: count }, (_, i) => ({ type: 'Happened', data: { n: first + i } }));
    const { globalPosition } = await appendAsOneBatch(app, 's', events);
    await app.projections.waitFor('log', globalPosition);
  }

  const logged = async (note = 'x') =>
    (await database.query<{ n: number }>('SELECT n FROM log WHERE note = $1 ORDER BY serial', [note])).map(
      ({ n }) => n,
    );

  it('leaves no answer behind for the next user of the connection when a handler throws by itself', async () => {
    await app.close();
    app = await startApp(database.url, { projections: [LogProjection], poolSize: 1 });
    const numbers = Array.from({ length: 30 }, (_, n) => n);
    let answers: Promise<unknown[]> | undefined;
    handle.now = (_, { execute }) => {
      // They wait for the connection that the handler has.
      answers ??= Promise.allSettled(numbers.map((n) => app.dataSource.query('SELECT $1::int AS n', [n])));
      for (let i = 0; i < 20; i++) execute('SELECT $1::int AS foreign_answer', [i]);
      throw new Error('not because of a statement');
    };
    await append(1);
    expect(await answers).toEqual(numbers.map((n) => ({ status: 'fulfilled', value: [{ n }] })));
  });

  it('runs statements in order, prepared seldom', async () => {
    let prepared: unknown;
    handle.now = ({ data: { n } }, { execute, manager }) => {
      execute(INSERT, [n, 'x']);
      if (n !== 99) return undefined;
      return manager
        .query('SELECT count(*)::int AS n FROM pg_prepared_statements WHERE statement = $1', [INSERT])
        .then((rows) => (prepared = rows));
    };
    await append(50, 50);
    expect(await logged()).toEqual(Array.from({ length: 50 }, (_, i) => i + 50));
    // For the 1st, the 5th and the 21st: plans are made anew when there may be four times as many rows.
    expect(prepared).toEqual([{ n: 3 }]);
  });

  it('is in order with what the manager does, which sees its results', async () => {
    const counts: number[] = [];
    handle.now = async ({ data: { n } }, { execute, manager }) => {
      execute(INSERT, [n, 'x']);
      const [row] = await manager.query<[{ count: number }]>('SELECT count(*)::int AS count FROM log');
      counts.push(row.count);
      execute(INSERT, [n, 'x']);
    };
    await append(3);
    expect(counts).toEqual([1, 3, 5]);
    expect(await logged()).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it('blames the event whose statement failed, keeps nothing of it, and all of the others', async () => {
    handle.now = ({ data: { n } }, { execute }) => {
      execute(INSERT, [n, 'before']);
      execute(INSERT, [n, 'x']);
      execute(INSERT, [n, 'behind']);
    };
    await append(30);
    const others = Array.from({ length: 30 }, (_, i) => i + 1).filter((n) => n !== 13);
    for (const note of ['before', 'x', 'behind']) expect(await logged(note)).toEqual(others);
    const letters = await app.projections.deadLetters('log');
    expect(letters).toMatchObject([{ event: { data: { n: 13 } }, attempts: 2 }]);
    expect(letters[0]!.errorMessage).toMatch(/failed in any\(\) .* violates check constraint/);
  });

  it('blames the failed statement when the manager stumbles over it later', async () => {
    handle.now = async ({ data: { n } }, { execute, manager }) => {
      execute(INSERT, [n, 'x']);
      if (n % 5 === 0) await manager.query('SELECT 1');
    };
    await append(30);
    expect(await app.projections.deadLetters('log')).toMatchObject([{ event: { data: { n: 13 } } }]);
    expect(await logged()).toHaveLength(29);
  });

  it('goes on without names where the server does not know them, as behind a pooler', async () => {
    handle.now = async ({ data: { n } }, { execute, manager }) => {
      execute(INSERT, [n, 'x']);
      if (n === 2) await manager.query('DEALLOCATE ALL');
    };
    await append(4);
    expect(await logged()).toEqual([1, 2, 3, 4]);
    expect(await app.projections.deadLetters('log')).toEqual([]);
  });

  it('leaves the connections as they were: one statement at a time', async () => {
    handle.now = ({ data: { n } }, { execute }) => execute(INSERT, [n, 'x']);
    await append(5);
    const runner = app.dataSource.createQueryRunner();
    const client = (await runner.connect()) as { pipeline: boolean };
    expect(client.pipeline).toBe(false);
    await runner.release();
  });
});
