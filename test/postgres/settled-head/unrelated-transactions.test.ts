import type { Client } from 'pg';
import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { insertEvent } from '../../support/sessions';
import { headOf, startStore } from '../../support/store';

describe('an open transaction that writes no events', () => {
  let database: TestDatabase;
  let app: TestApp;
  let unrelated: Client;

  beforeEach(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
    unrelated = await database.connect();
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  /** With a hole, so that the head has to ask who is writing. */
  async function appendWithHole(): Promise<void> {
    const session = await database.connect();
    await insertEvent(session, 's-1');
    await session.query('BEGIN');
    await insertEvent(session, 's-1', { version: 2 });
    await session.query('ROLLBACK');
    await insertEvent(session, 's-1', { version: 2 });
  }

  it('holds nothing back when it writes another table of the database', async () => {
    await database.query('CREATE TABLE other (id int)');
    await unrelated.query('BEGIN');
    await unrelated.query('INSERT INTO other VALUES (1)');
    await appendWithHole();

    expect(await headOf(app)).toEqual({ settled: 3, pending: false });
  });

  it('holds nothing back when it writes events in another database', async () => {
    const neighbour = await createDatabase();
    try {
      const neighbourApp = await startStore(neighbour.url);
      const writer = await neighbour.connect();
      await writer.query('BEGIN');
      await insertEvent(writer, 's-1');
      await appendWithHole();

      expect(await headOf(app)).toEqual({ settled: 3, pending: false });
      await neighbourApp.close();
    } finally {
      await neighbour.drop();
    }
  });

  it('holds nothing back when it is idle with an advisory lock and a transaction id', async () => {
    await unrelated.query('BEGIN');
    await unrelated.query('SELECT pg_advisory_xact_lock(42), pg_current_xact_id()');
    await appendWithHole();

    expect(await headOf(app)).toEqual({ settled: 3, pending: false });
  });

  it('holds nothing back when it reads events, with a snapshot from before the append', async () => {
    await unrelated.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await unrelated.query('SELECT count(*) FROM events');
    await appendWithHole();

    expect(await headOf(app)).toEqual({ settled: 3, pending: false });
  });

  it('holds nothing back when it locks rows of events', async () => {
    await appendWithHole();
    await unrelated.query('BEGIN');
    await unrelated.query('SELECT * FROM events FOR KEY SHARE');

    expect(await headOf(app)).toEqual({ settled: 3, pending: false });
  });
});
