import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { createRecordedTable, recorder } from '../support/recorder';
import { happened } from '../support/store';

/** Beyond what numbers of JavaScript tell apart. */
const FORWARD = 3n * 2n ** 53n;

describe('a sequence that was set far forward', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    app = await startApp(database.url, {
      projections: [recorder({ name: 'all' }), recorder({ name: 'few', batchSize: 2 })],
    });
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  const recorded = async (projection: string) => {
    const rows = await database.query<{ position: string }>(
      'SELECT position::text FROM recorded WHERE projection = $1 ORDER BY position',
      [projection],
    );
    return rows.map(({ position }) => BigInt(position));
  };

  it.each([1, 30])('is followed at once, with %i events behind the gap', async (count) => {
    const { globalPosition: before } = await app.store.append('s', [happened()]);
    await app.projections.waitFor('all', before);
    await database.query(`SELECT setval(pg_get_serial_sequence('events', 'global_position'), $1)`, [
      String(FORWARD),
    ]);
    const { globalPosition: last } = await app.store.append(
      's',
      Array.from({ length: count }, () => happened()),
    );
    const behind = Array.from({ length: count }, (_, at) => FORWARD + 1n + BigInt(at));
    expect(last).toBe(behind.at(-1));
    for (const name of ['all', 'few']) {
      await app.projections.waitFor(name, last, { timeoutMs: 20_000 });
      expect(await recorded(name)).toEqual([before, ...behind]);
    }
    expect((await app.store.readAll({ after: before })).map((event) => event.globalPosition)).toEqual(behind);
  });
});
