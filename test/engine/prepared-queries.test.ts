import { OnAny, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import type { EntityManager } from 'typeorm';
import { type TestApp, startApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { appendAsOneBatch } from '../support/one-batch';

type Handle = (event: RecordedEvent<{ n: number }>, context: ProjectionContext) => unknown;

const handle: { now: Handle } = { now: () => undefined };

@Projection({ name: 'log', retry: { attempts: 1, backoff: { minMs: 1, maxMs: 1 } } })
class LogProjection {
  @OnAny()
  any(event: RecordedEvent<{ n: number }>, context: ProjectionContext) {
    return handle.now(event, context);
  }
}

@Projection({ name: 'inline_log', type: 'inline' })
class InlineLogProjection {
  @OnAny()
  any(event: RecordedEvent<{ n: number }>, context: ProjectionContext) {
    return handle.now(event, context);
  }
}

const INSERT = 'INSERT INTO log (n) VALUES ($1)';
const FROM_OTHER = 'SELECT * FROM other WHERE n < $1';

async function preparedFor(manager: EntityManager, statement: string): Promise<number> {
  const [row] = await manager.query<[{ n: number }]>(
    'SELECT count(*)::int AS n FROM pg_prepared_statements WHERE statement = $1',
    [statement],
  );
  return row.n;
}

describe('what a handler asks on the manager', () => {
  let database: TestDatabase;
  let app: TestApp | undefined;

  beforeEach(async () => {
    database = await createDatabase();
    await database.query('CREATE TABLE log (n int)');
  });

  afterEach(async () => {
    await app?.close();
    await database.drop();
  });

  async function append(count: number): Promise<void> {
    const events = Array.from({ length: count }, (_, n) => ({ type: 'Happened', data: { n: n + 1 } }));
    const { globalPosition } = await appendAsOneBatch(app!, 's', events);
    await app!.projections.waitFor('log', globalPosition);
  }

  it('is prepared, seldom, and not left so on a connection that goes back to the application', async () => {
    let prepared: number | undefined;
    handle.now = async ({ data: { n } }, context) => {
      await context.manager.query(INSERT, [n]);
      if (n === 50) prepared = await preparedFor(context.manager, INSERT);
    };
    app = await startApp(database.url, { projections: [LogProjection] });
    await append(50);
    expect(await database.query('SELECT count(*)::int AS n FROM log')).toEqual([{ n: 50 }]);
    // For the 1st, the 5th and the 21st: plans are made anew when there may be four times as many rows.
    expect(prepared).toBe(3);
    await database.query('CREATE TABLE other (n int)');
    const once = `${FROM_OTHER} OR true`;
    const runners = Array.from({ length: 5 }, () => app!.dataSource.createQueryRunner());
    for (const runner of runners) {
      await runner.query(once, [3]);
      expect(await preparedFor(runner.manager, once)).toBe(0);
    }
    for (const runner of runners) await runner.release();
  });

  it('may be several statements where it has no parameters', async () => {
    handle.now = (_event, { manager }) =>
      manager.query('INSERT INTO log VALUES (1); INSERT INTO log VALUES (2)');
    app = await startApp(database.url, { projections: [LogProjection] });
    await append(2);
    expect(await database.query('SELECT n FROM log ORDER BY n')).toEqual([1, 1, 2, 2].map((n) => ({ n })));
  });

  it('is asked anew when the table changes under it, which is not the fault of the event', async () => {
    const attempts: number[] = [];
    let rows: unknown;
    handle.now = async ({ data: { n } }, { manager, attempt }) => {
      attempts.push(attempt);
      // So that names would not be new anyway.
      const before = attempt === 1 ? 20 : 0;
      for (let use = 0; use < before; use++) await manager.query(INSERT, [0]);
      await manager.query(INSERT, [n]);
      // A savepoint that is rolled back leaves the plan behind, and no lock.
      const undone = manager.transaction(async (within) => {
        await within.query(FROM_OTHER, [10]);
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      if (attempts.length === 1) await database.query(`ALTER TABLE other ADD more text DEFAULT 'm'`);
      rows = await manager.query(FROM_OTHER, [10]);
    };
    await database.query('CREATE TABLE other (n int); INSERT INTO other VALUES (7)');
    app = await startApp(database.url, { projections: [LogProjection] });
    await append(1);
    expect(rows).toEqual([{ n: 7, more: 'm' }]);
    expect(attempts).toEqual([1, 2]);
    expect(await database.query('SELECT n FROM log')).toEqual([{ n: 1 }]);
  });

  it('is not prepared inline, where a pooler that refuses it would fail the application', async () => {
    let prepared: number | undefined;
    handle.now = async ({ data: { n } }, context) => {
      await context.manager.query(INSERT, [n]);
      context.execute(INSERT, [n]);
      prepared = await preparedFor(context.manager, INSERT);
    };
    app = await startApp(database.url, { projections: [InlineLogProjection] });
    await app.store.append('s', [{ type: 'Happened', data: { n: 1 } }]);
    // Before the hand-over it is the loop that applies the event.
    await eventually(async () =>
      expect(await database.query('SELECT n FROM log')).toEqual([{ n: 1 }, { n: 1 }]),
    );
    expect(prepared).toBe(0);
  });
});
