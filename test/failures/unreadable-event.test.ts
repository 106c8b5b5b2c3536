import type { OnError } from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { createRecordedTable, positionsRecordedBy, recorder } from '../support/recorder';
import { SMALL_TEXTS, withSmallTexts } from '../support/small-texts';
import { startStore } from '../support/store';
import { allStored } from '../postgres/incarnations/drawn-again';

const COUNT = 30;
const UNREADABLE = 15;
const all = Array.from({ length: COUNT }, (_, n) => n + 1);
const before = all.filter((n) => n < UNREADABLE);
const without = all.filter((n) => n !== UNREADABLE);

describe('before an event that cannot be read, even alone', () => {
  let database: TestDatabase;
  let app: TestApp | undefined;

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    const writer = await startStore(database.url);
    const types = all.map((n) => (n === UNREADABLE ? 'Large' : n % 2 === 0 ? 'Even' : 'Odd'));
    await writer.store.append(
      's',
      types.map((type) => ({ type, data: {} })),
    );
    await writer.close();
    // So large that it is compressed, and has to be unpacked to find out how large.
    await database.query(
      `UPDATE events SET data = jsonb_build_object('n', repeat('x', 10000)) WHERE type = 'Large'`,
    );
    await database.query(SMALL_TEXTS);
  });
  afterEach(async () => {
    await app?.close();
    await database.drop();
  });

  const start = async (...projections: ReturnType<typeof recorder>[]) =>
    (app = await startApp(withSmallTexts(database.url), { projections }));

  it.each<OnError>(['stop', 'dead-letter', 'park-stream'])(
    'a projection stops at once by the name of the event (%s), and goes on behind it when it is skipped',
    async (onError) => {
      const { projections } = await start(recorder({ name: 'all', onError, batchSize: 4 }));
      await expect(projections.catchUp('all')).rejects.toThrow(
        'The event at position 15 cannot be read (out of memory), not even alone',
      );
      expect(await positionsRecordedBy(database, 'all')).toEqual(before);
      expect(await projections.status()).toMatchObject([
        { state: 'stopped', position: 14n, error: { name: 'UnreadableEventError', position: 15n } },
      ]);
      await projections.skip('all', 15n, 'too large');
      await projections.catchUp('all');
      expect(await positionsRecordedBy(database, 'all')).toEqual(without);
    },
  );

  it('a projection of other types goes on, also where it shares what is read', async () => {
    const { projections } = await start(recorder({ name: 'all' }), recorder({ name: 'odd', types: ['Odd'] }));
    await projections.catchUp('odd');
    expect(await positionsRecordedBy(database, 'odd')).toEqual(without.filter((n) => n % 2 === 1));
    await expect(projections.catchUp('all')).rejects.toThrow('position 15');
  });

  it('a projection of other types goes on from a checkpoint that it is the last before', async () => {
    app = await startApp(database.url, { projections: [recorder({ name: 'odd', types: ['Odd'] })] });
    await allStored(database, COUNT);
    await app.close();
    await database.query(
      `UPDATE events SET data = jsonb_build_object('n', repeat('x', 10000)) WHERE global_position = $1`,
      [COUNT],
    );
    const { projections, store } = await start(recorder({ name: 'odd', types: ['Odd'] }));
    await projections.waitFor('odd', await store.append('t', [{ type: 'Odd', data: {} }]));
    const odd = without.filter((n) => n % 2 === 1);
    expect(await positionsRecordedBy(database, 'odd')).toEqual([...odd, COUNT + 1]);
  });

  it('an inline projection stops too, and is handed over once the event is skipped', async () => {
    const { projections } = await start(recorder({ name: 'all', type: 'inline' }));
    await expect(projections.catchUp('all')).rejects.toThrow('position 15');
    expect(await positionsRecordedBy(database, 'all')).toEqual(before);
    await projections.skip('all', 15n, 'too large');
    await projections.catchUp('all');
    expect(await positionsRecordedBy(database, 'all')).toEqual(without);
  });
});
