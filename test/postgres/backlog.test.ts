import type { TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { happened, startStore } from '../support/store';
import { drawAgainSql } from './incarnations/drawn-again';

const JUMP = 1_000_000_000;

describe('a backlog of more events than are counted', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
    await database.query('ALTER TABLE events SET (autovacuum_enabled = off)');
    await database.query(drawAgainSql(JUMP, 10_500));
    await app.store.append('s', [happened()]);
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  async function backlog(types?: string[]): Promise<number> {
    const { settled } = await app.store.head();
    return (await app.store.backlog({ after: 0n, upTo: settled, types })).events;
  }

  it('is the distance to the head while nobody has counted them', async () => {
    expect(await backlog()).toBe(JUMP + 10_501);
  });

  it('is about what the table holds, also where that has grown since it was counted', async () => {
    await database.query('ANALYZE events');
    expect(await backlog()).toBe(10_501);
    expect(await backlog(['Other'])).toBe(0);
    await database.query(drawAgainSql(2 * JUMP, 10_500).replaceAll("'again'", "'grown'"));
    const grown = await backlog();
    expect(grown).toBeGreaterThan(20_000);
    expect(grown).toBeLessThan(22_000);
  });

  it('is never less than what was counted', async () => {
    await database.query('ANALYZE events');
    await database.query(`UPDATE pg_class SET reltuples = 10 WHERE relname = 'events'`);
    expect(await backlog()).toBe(10_000);
  });
});
