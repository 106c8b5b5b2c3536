import { EventIdReusedError, InvalidEventError, type NewEvent } from 'nestjs-projections';
import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { startStore } from '../../support/store';

const UUID_5 = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Events as a retry makes them: no data are the same the next time. */
let clock = 0;
const paid = (): NewEvent => ({ type: 'Paid', data: { at: new Date(++clock) }, metadata: { trace: clock } });
const sent = (): NewEvent => ({ type: 'Sent', data: { at: new Date(++clock) } });
const KEY = { idempotencyKey: 'payment 17' };

const refusalOf = (append: Promise<unknown>) => append.catch((refusal: unknown) => refusal);

describe('an append with an idempotencyKey', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => database.query('TRUNCATE events'));

  it('returns the first result when it is made again, and changes nothing', async () => {
    const result = await app.store.append('s', [paid(), sent()], { ...KEY, expectedVersion: 'no-stream' });
    const first = await app.store.readStream('s');
    await app.store.append('s', [sent()]);

    for (const expectedVersion of ['no-stream', 'any', 0, 3] as const)
      expect(await app.store.append('s', [paid(), sent()], { ...KEY, expectedVersion })).toEqual(result);
    expect((await app.store.readStream('s')).slice(0, 2)).toEqual(first);
    expect(await app.store.readStream('s')).toHaveLength(3);
    for (const { id } of first) expect(id).toMatch(UUID_5);
  });

  it("does so in a caller's transaction, which stays usable", async () => {
    const result = await app.store.append('s', [paid()], KEY);
    await app.dataSource.transaction(async (manager) => {
      expect(await app.store.append('s', [paid()], { ...KEY, manager })).toEqual(result);
      expect(await app.store.append('s', [sent()], { manager })).toMatchObject({ version: 2 });
    });
  });

  it('is stored once where it is made many times at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 16 }, () => app.store.append('s', [paid(), sent()], KEY)),
    );
    expect(new Set(results.map(({ globalPosition }) => globalPosition)).size).toBe(1);
    expect(results.map(({ version }) => version)).toEqual(results.map(() => 2));
    expect(await app.store.readStream('s')).toHaveLength(2);
  });

  it('is another one in another stream, or under another key', async () => {
    await app.store.append('s', [paid()], KEY);
    expect(await app.store.append('t', [paid()], KEY)).toMatchObject({ version: 1 });
    expect(await app.store.append('s', [paid()], { idempotencyKey: 'payment 18' })).toMatchObject({
      version: 2,
    });
  });

  it.each<[string, () => NewEvent[]]>([
    ['more events', () => [paid(), sent(), sent()]],
    ['fewer events', () => [paid()]],
    ['no events', () => []],
    ['another type', () => [paid(), paid()]],
    ['another order', () => [sent(), paid()]],
  ])('is refused where the key belongs to an append with %s', async (_what, events) => {
    await app.store.append('s', [paid(), sent()], KEY);
    for (const expectedVersion of ['any', 0, 2] as const) {
      const error = await refusalOf(app.store.append('s', events(), { ...KEY, expectedVersion }));
      expect(error).toBeInstanceOf(EventIdReusedError);
      expect(error).toMatchObject({ streamId: 's', idempotencyKey: 'payment 17' });
    }
    expect(await app.store.readStream('s')).toHaveLength(2);
  });

  it('refuses a key that says nothing, and events with ids of their own', async () => {
    for (const idempotencyKey of ['', 5, null])
      expect(
        await refusalOf(app.store.append('s', [paid()], { idempotencyKey: idempotencyKey as string })),
      ).toBeInstanceOf(InvalidEventError);
    const withId = { ...paid(), id: '00000000-0000-4000-8000-00000000000a' };
    expect(await refusalOf(app.store.append('s', [paid(), withId], KEY))).toBeInstanceOf(InvalidEventError);
    expect(await app.store.readStream('s')).toEqual([]);
  });
});
