import { randomUUID } from 'node:crypto';
import { WrongExpectedVersionError } from 'nestjs-projections';
import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { happened, positionsIn, startStore } from '../../support/store';

const MANY = 20_000;

describe('an append', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  it('stores what it was given, and where', async () => {
    const id = randomUUID();
    const { version, globalPosition } = await app.store.append('s', [
      { id, type: 'Paid', data: { cents: 5, note: 'ä', at: new Date(0) }, metadata: { user: 'ada' } },
      { type: 'Sent', data: { skipped: undefined } },
    ]);
    expect({ version, globalPosition }).toEqual({ version: 2, globalPosition: 2n });
    const stored = await app.store.readStream('s');
    expect(stored).toEqual([
      {
        id,
        streamId: 's',
        type: 'Paid',
        data: { cents: 5, note: 'ä', at: '1970-01-01T00:00:00.000Z' },
        metadata: { user: 'ada' },
        version: 1,
        globalPosition: 1n,
        recordedAt: expect.any(Date) as Date,
      },
      expect.objectContaining({ type: 'Sent', data: {}, metadata: {}, version: 2, globalPosition: 2n }),
    ]);
    expect(await app.store.readAll()).toMatchObject(stored);
  });

  it(`writes ${MANY} events in one statement, versions and positions in their order`, async () => {
    const statements = await countingInserts(database);
    const events = Array.from({ length: MANY }, (_, n) => happened(n));
    expect(await app.store.append('s', events)).toEqual({ version: MANY, globalPosition: BigInt(MANY) });
    expect(await statements()).toBe(1);
    expect(
      await database.query(
        `SELECT count(*)::int AS events FROM events
         WHERE version = global_position AND (data ->> 'n')::int = version - 1`,
      ),
    ).toEqual([{ events: MANY }]);
  });

  it('of nothing tells where the stream stands', async () => {
    expect(await app.store.append('s', [])).toEqual({ version: 0, globalPosition: 0n });
    await app.store.append('s', [happened(), happened()]);
    expect(await app.store.append('s', [], { expectedVersion: 2 })).toEqual({
      version: 2,
      globalPosition: 2n,
    });
    await expect(app.store.append('s', [], { expectedVersion: 1 })).rejects.toThrow(
      WrongExpectedVersionError,
    );
  });

  it.each([
    ['a number', 2, 2],
    ['0 of a new stream', 0, 0],
    ["'no-stream'", 'no-stream', 0],
    ["'any' of a new stream", 'any', 0],
    ["'any' of one with events", 'any', 3],
  ] as const)('succeeds where it expects %s and finds that', async (_what, expectedVersion, present) => {
    if (present > 0) await app.store.append('s', Array.from({ length: present }, happened));
    const { version } = await app.store.append('s', [happened()], { expectedVersion });
    expect(version).toBe(present + 1);
  });

  it.each([
    [1, 2],
    [3, 2],
    [1, 0],
    ['no-stream', 1],
  ] as const)('is refused where it expects %p and finds version %i', async (expectedVersion, actual) => {
    if (actual > 0) await app.store.append('s', Array.from({ length: actual }, happened));
    const error: unknown = await app.store
      .append('s', [happened()], { expectedVersion })
      .catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(WrongExpectedVersionError);
    const expected = expectedVersion === 'no-stream' ? 0 : expectedVersion;
    expect(error).toMatchObject({ streamId: 's', expected, actual });
    expect(await app.store.readStream('s')).toHaveLength(actual);
  });

  it('that expects the version another appends to at the same time is refused, one of them alone', async () => {
    await app.store.append('s', [happened()]);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => app.store.append('s', [happened()], { expectedVersion: 1 })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    const refusal = { name: 'WrongExpectedVersionError', expected: 1, actual: 2 };
    expect(refusals).toMatchObject(Array.from({ length: 7 }, () => refusal));
  });

  it("that takes 'any' version gets one beside others that do: 1 to n, each once", async () => {
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, n) => app.store.append('s', [happened(n), happened(n)])),
    );
    const even = Array.from({ length: 60 }, (_, n) => 2 * (n + 1));
    expect(results.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(even);
    const stored = await app.store.readStream('s');
    expect(stored.map(({ version }) => version)).toEqual(Array.from({ length: 120 }, (_, n) => n + 1));
    expect(await positionsIn(app)).toHaveLength(120);
  });
});

/** Counts the statements that insert events, from now on. */
async function countingInserts(database: TestDatabase): Promise<() => Promise<number>> {
  await database.query(`
    CREATE TABLE statements (at timestamptz DEFAULT clock_timestamp());
    CREATE FUNCTION count_statement() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN INSERT INTO statements DEFAULT VALUES; RETURN NULL; END';
    CREATE TRIGGER counted AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION count_statement()`);
  return async () => (await database.query('SELECT FROM statements')).length;
}
