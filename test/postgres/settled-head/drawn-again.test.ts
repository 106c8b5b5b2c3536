import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { insertEvent } from '../../support/sessions';
import { happened, headOf, startStore } from '../../support/store';
import { drawAgainSql, drawInVain } from '../incarnations/drawn-again';

describe('the head of a store whose sequence goes back', () => {
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

  it('begins again in the first look behind the one that passed the positions', async () => {
    await app.store.append('a', [happened()]);
    await app.store.head();
    await drawInVain(database, 3);
    const before = await app.store.head();
    expect(before.settled).toBe(4n);
    await database.query(drawAgainSql(1, 5));
    const after = await app.store.head();
    expect(after.incarnation).not.toBe(before.incarnation);
    expect(after.numbering).toBeGreaterThan(before.numbering);
  });

  it('is not taken to have begun again by holes that are passed, or were late', async () => {
    const { incarnation } = await app.store.head();
    const open = await database.connect();
    for (let round = 0; round < 5; round++) {
      await open.query('BEGIN');
      await insertEvent(open, `open-${round}`);
      await drawInVain(database, 2);
      await app.store.head();
      await open.query('COMMIT');
      await app.store.head();
      await drawInVain(database, 2);
      await headOf(app);
    }
    expect(await headOf(app)).toEqual({ settled: 25, pending: false });
    expect((await app.store.head()).incarnation).toBe(incarnation);
  });

  it('is not taken from a checkpoint that lies beyond the end, where an append is open', async () => {
    const open = await database.connect();
    await app.store.append('a', [happened()]);
    await open.query('BEGIN');
    await insertEvent(open, 'open');
    await app.store.append('a', [happened()]);
    await app.store.open(20n);
    expect(await headOf(app)).toEqual({ settled: 1, pending: true });
    await open.query('COMMIT');
    expect(await headOf(app)).toEqual({ settled: 3, pending: false });
  });

  it('fails the pages that are read before it is found', async () => {
    await app.store.append(
      'a',
      Array.from({ length: 10 }, (_, n) => happened(n)),
    );
    await drawInVain(database, 5);
    await app.store.head();
    const { settled: read, incarnation } = await app.store.head();
    await database.query(drawAgainSql(10, 8));
    const request = { after: 5n, upTo: read, types: undefined, limit: 100, maxBytes: 1_000_000, incarnation };
    await expect(app.store.readPage(request)).rejects.toMatchObject({ name: 'StoreChangedError' });
  });
});
