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

  it('is no more than the table has room for, where positions have jumped', async () => {
    const events = await backlog();
    expect(events).toBeGreaterThanOrEqual(10_501);
    expect(events).toBeLessThan(100_000);
    expect(await backlog(['Other'])).toBe(0);
  });

  it('is never less than there are, where the table was thinned out and grew again', async () => {
    await database.query('DELETE FROM events WHERE global_position % 600 <> 0');
    await database.query('VACUUM ANALYZE events');
    await database.query(drawAgainSql(2 * JUMP, 30_000).replaceAll("'again'", "'grown'"));
    expect(await backlog()).toBeGreaterThanOrEqual(30_000);
  });
});
