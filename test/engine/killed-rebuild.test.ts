import { join } from 'node:path';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { FixtureProcess } from '../support/fixture-process';
import { happened, startStore } from '../support/store';
import { countedRows, Counter, COUNTERS_TABLE, foldedRows } from './counter';
import { Counters } from './counters.projection';

const EVENTS = 500;

describe('a rebuild whose process is killed half-way', () => {
  let database: TestDatabase;
  let store: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    await database.query(COUNTERS_TABLE);
    store = await startStore(database.url);
    await store.store.append(
      's',
      Array.from({ length: EVENTS }, (_, n) => happened(n)),
    );
  });
  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  it('goes on by itself at the next start, and not from the beginning', async () => {
    const killed = new FixtureProcess(join(__dirname, 'rebuild-half.fixture.ts'), database.url);
    await killed.says('half-way');
    await killed.kill();
    const [half] = await database.query<{ position: string; replay_until: string | null }>(
      'SELECT position, replay_until FROM projection_checkpoints',
    );
    expect(Number(half!.position)).toBeGreaterThan(0);
    expect(Number(half!.position)).toBeLessThan(EVENTS / 2);
    expect(half!.replay_until).toBe(String(EVENTS));
    expect(await countedRows(database)).toMatchObject([{ events: Number(half!.position) }]);

    const { globalPosition } = await store.store.append('s', [happened()]);
    const app = await startApp(database.url, { projections: [Counters], entities: [Counter] });
    try {
      await app.projections.waitFor('counters', globalPosition, { timeoutMs: 30_000 });
      expect(await countedRows(database)).toEqual(await foldedRows(database));
      expect(await app.projections.status()).toMatchObject([{ state: 'running', lag: { events: 0 } }]);
    } finally {
      await app.close();
    }
  });
});
