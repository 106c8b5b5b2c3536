import { ServerFolder } from '../embedded-postgres/servers';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { createRecordedTable, positionsRecordedBy, recorder } from '../support/recorder';
import { happened, startStore } from '../support/store';

const five = () => Array.from({ length: 5 }, (_, n) => happened(n));

/** What another program does, of which nobody tells the application. */
const INSERT_FIVE = `INSERT INTO events (id, stream_id, version, type, data)
  SELECT gen_random_uuid(), gen_random_uuid(), 1, 'Happened', '{}' FROM generate_series(1, 5)`;

describe('a live projection, where another incarnation of the store begins', () => {
  let database: TestDatabase;
  let app: TestApp;

  async function startOn(on: TestDatabase): Promise<void> {
    database = on;
    await createRecordedTable(database);
    const history = await startStore(database.url);
    await history.store.append('history', five());
    await history.close();
    app = await startApp(database.url, {
      projections: [recorder({ name: 'live', type: 'live' })],
      options: { retry: { backoff: { minMs: 10, maxMs: 100 } } },
    });
    const { globalPosition } = await app.store.append('new', five());
    await app.projections.waitFor('live', globalPosition);
    expect(await positions()).toEqual([6, 7, 8, 9, 10]);
    await database.query('DELETE FROM recorded');
  }

  const positions = () => positionsRecordedBy(database, 'live');
  const expectPositions = (expected: number[]) =>
    eventually(async () => expect(await positions()).toEqual(expected));

  describe('on a server that goes on', () => {
    beforeEach(async () => startOn(await createDatabase()));
    afterEach(async () => {
      await app.close();
      await database.drop();
    });

    it('goes on where the newest event was deleted', async () => {
      await database.query(`DELETE FROM events WHERE global_position = 10; ${INSERT_FIVE}`);
      await expectPositions([11, 12, 13, 14, 15]);
    });

    it.each([
      ['fewer events than before', 1],
      ['more events than before', 3],
    ])('begins at the beginning where the store was emptied, with %s', async (_, times) => {
      const inserts = Array.from({ length: times }, () => INSERT_FIVE).join(';');
      await database.query(`BEGIN; TRUNCATE events RESTART IDENTITY; ${inserts}; COMMIT`);
      await expectPositions(Array.from({ length: 5 * times }, (_each, n) => n + 1));
    });

    it('does so where no event was left that could tell', async () => {
      await database.query('DELETE FROM events');
      await eventually(async () => {
        await app.store.head();
        expect((await app.projections.status())[0]).toMatchObject({ position: 10n });
      });
      await database.query(
        `BEGIN; TRUNCATE events RESTART IDENTITY; ${INSERT_FIVE}; ${INSERT_FIVE}; ${INSERT_FIVE}; COMMIT`,
      );
      await expectPositions(Array.from({ length: 15 }, (_, n) => n + 1));
    });

    it('goes on where the table was replaced by a copy', async () => {
      await database.query(`BEGIN;
        ALTER TABLE events RENAME TO former;
        CREATE TABLE events (LIKE former INCLUDING ALL);
        INSERT INTO events OVERRIDING SYSTEM VALUE SELECT * FROM former;
        SELECT setval(pg_get_serial_sequence('events', 'global_position'), 10);
        ${INSERT_FIVE};
        COMMIT`);
      await expectPositions([11, 12, 13, 14, 15]);
    });
  });

  it('goes on where the server was restarted, and another program was first', async () => {
    const folder = await ServerFolder.create();
    const { url } = await folder.start();
    try {
      await startOn(await createDatabase(url));
      await folder.stop();
      await folder.start({ port: Number(new URL(url).port) });
      await database.query(INSERT_FIVE);
      await expectPositions([11, 12, 13, 14, 15]);
    } finally {
      await app.close();
      await folder.remove();
    }
  });
});
