import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { createRecordedTable, positionsRecordedBy, recorder } from '../../support/recorder';
import { happened, NO_POLLING } from '../../support/store';

const ten = () => Array.from({ length: 10 }, (_, n) => happened(n));

describe('a store that is emptied under a running application', () => {
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

  it.each([1, 3])(
    'stops its projections once positions begin again: with %i segment(s)',
    async (segments) => {
      app = await startApp(database.url, { projections: [recorder({ name: 'log', segments })] });
      for (const stream of 'abcdef') await app.store.append(stream, ten());
      await app.projections.waitFor('log', 60n);
      await database.query('TRUNCATE events RESTART IDENTITY');
      await eventually(async () => {
        const [status] = await app.projections.status();
        expect(status).toMatchObject({
          state: 'stopped',
          head: 0n,
          error: { name: 'CheckpointBeyondStoreError' },
        });
      });
      const { globalPosition } = await app.store.append('b', ten());
      await expect(app.projections.waitFor('log', globalPosition)).rejects.toThrow(/ends at 0\b/);
    },
  );

  it('goes on where positions do', async () => {
    app = await startApp(database.url, { projections: [recorder({ name: 'log' })] });
    await app.store.append('a', ten());
    await app.projections.waitFor('log', 10n);
    await database.query('TRUNCATE events');
    const { globalPosition } = await app.store.append('a', ten());
    await app.projections.waitFor('log', globalPosition);
    expect(await positionsRecordedBy(database, 'log')).toHaveLength(20);
  });

  it('is another incarnation, also where it was filled again before anybody looked', async () => {
    app = await startApp(database.url, { options: { ...NO_POLLING, listen: false } });
    await app.store.append('a', ten());
    const before = await app.store.head();
    expect(await app.store.head()).toEqual(before);
    await database.query('TRUNCATE events RESTART IDENTITY');
    await app.store.append('b', [...ten(), ...ten()]);

    const request = { after: 0n, upTo: 10n, types: undefined, limit: 500, maxBytes: 1_000_000 };
    await expect(app.store.readPage(request)).rejects.toMatchObject({ name: 'StoreChangedError' });
    const now = await app.store.head();
    expect(now).toMatchObject({ settled: 20n, last: 20n });
    expect(now.incarnation).not.toBe(before.incarnation);
    const { incarnation } = before;
    await expect(app.store.readPage({ ...request, incarnation })).rejects.toMatchObject({
      name: 'StoreChangedError',
    });
    expect((await app.store.readPage(request)).events).toHaveLength(10);
  });

  it('has no page that claims what it does not hold', async () => {
    app = await startApp(database.url, { options: { ...NO_POLLING, listen: false } });
    await app.store.append('a', ten());
    await app.store.head();
    await database.query('TRUNCATE events RESTART IDENTITY');
    for (const upTo of [10n, 1_000n]) {
      const page = app.store.readPage({ after: 0n, upTo, types: ['Other'], limit: 500, maxBytes: 1_000_000 });
      await expect(page).rejects.toMatchObject({ name: 'StoreChangedError' });
    }
    expect(await app.store.head()).toMatchObject({ settled: 0n, pending: false, last: 0n });
  });

  it('says since when an open append holds the head', async () => {
    app = await startApp(database.url, { options: { ...NO_POLLING, listen: false } });
    const writer = await database.connect();
    await writer.query('BEGIN');
    await writer.query(
      `INSERT INTO events (id, stream_id, version, type, data) VALUES (gen_random_uuid(), 'open', 1, 'Happened', '{}')`,
    );
    await app.store.append('a', ten());
    const { pendingSince } = await app.store.head();
    expect(pendingSince).toBeInstanceOf(Date);
    await app.store.append('b', ten());
    expect(await app.store.head()).toMatchObject({ settled: 0n, pendingSince });
    await writer.query('COMMIT');
    expect((await app.store.head()).pendingSince).toBeUndefined();
  });
});
