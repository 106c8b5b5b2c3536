import { randomUUID } from 'node:crypto';
import { EventIdReusedError, type NewEvent } from 'nestjs-projections';
import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { positionsIn, startStore } from '../../support/store';

describe('an append with ids', () => {
  let database: TestDatabase;
  let app: TestApp;
  let first: NewEvent;
  let second: NewEvent;

  beforeEach(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
    first = { id: randomUUID(), type: 'Paid', data: { cents: 5, by: 'ada' } };
    second = { id: randomUUID(), type: 'Sent', data: {} };
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  it('returns the same when it is made again, and changes nothing', async () => {
    const result = await app.store.append('s', [first, second], { expectedVersion: 'no-stream' });
    await app.store.append('s', [{ type: 'Later', data: {} }]);

    for (const expectedVersion of ['no-stream', 'any', 0, 3] as const)
      expect(await app.store.append('s', [first, second], { expectedVersion })).toEqual(result);
    expect(await positionsIn(app)).toEqual(expect.arrayContaining([1, 2]));
    expect(await app.store.readStream('s')).toHaveLength(3);
  });

  it('is the same with keys in another order, ids in capitals and other metadata; the first metadata stay', async () => {
    const result = await app.store.append('s', [{ ...first, metadata: { trace: 1 } }]);
    const again = { ...first, id: first.id!.toUpperCase(), data: { by: 'ada', cents: 5 } };
    expect(await app.store.append('s', [{ ...again, metadata: { trace: 2 } }])).toEqual(result);
    expect(await app.store.readStream('s')).toMatchObject([{ metadata: { trace: 1 } }]);
  });

  it('is stored once and returns the same to all who make it at the same time', async () => {
    const results = await Promise.all(
      Array.from({ length: 16 }, () => app.store.append('s', [first, second])),
    );
    expect(new Set(results.map((result) => result.version))).toEqual(new Set([2]));
    expect(new Set(results.map((result) => result.globalPosition)).size).toBe(1);
    expect(await app.store.readStream('s')).toHaveLength(2);
  });

  it('waits for the same append in an open transaction, and is stored if that one rolls back', async () => {
    const open = app.dataSource.createQueryRunner();
    await open.startTransaction();
    await app.store.append('s', [first], { manager: open.manager });
    const again = app.store.append('s', [first]);
    await open.rollbackTransaction();
    await open.release();
    expect(await again).toMatchObject({ version: 1 });
    expect(await app.store.readStream('s')).toHaveLength(1);
  });

  it.each<[string, string, Partial<NewEvent>]>([
    ['another type', 's', { type: 'Refunded' }],
    ['other data', 's', { data: { cents: 6 } }],
    ['another stream', 't', {}],
  ])('is refused where an id belongs to an event with %s', async (_what, streamId, change) => {
    await app.store.append('s', [first]);
    const error: unknown = await app.store
      .append(streamId, [{ ...first, ...change }])
      .catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(EventIdReusedError);
    expect(error).toMatchObject({ streamId, ids: [first.id] });
    expect(await positionsIn(app)).toEqual([1]);
  });

  it('is refused where only a part of it is stored', async () => {
    await app.store.append('s', [first]);
    const error: unknown = await app.store.append('s', [first, second]).catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(EventIdReusedError);
    expect(error).toMatchObject({ ids: [first.id] });
    expect(await positionsIn(app)).toEqual([1]);
  });
});
