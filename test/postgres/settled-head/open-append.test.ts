import type { Client } from 'pg';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { createRecordedTable, positionsRecordedBy, recorder } from '../../support/recorder';
import { insertEvent } from '../../support/sessions';
import { headOf, startStore } from '../../support/store';

describe('an open append', () => {
  let database: TestDatabase;
  let app: TestApp;
  let writer: Client;
  let open: Client;

  beforeEach(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
    [writer, open] = [await database.connect(), await database.connect()];
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  async function rollBackOne(): Promise<void> {
    await writer.query('BEGIN');
    await insertEvent(writer, 'rolled-back');
    await writer.query('ROLLBACK');
  }

  it('holds nothing back that lies before it', async () => {
    await insertEvent(writer, 's-1');
    await open.query('BEGIN');
    await insertEvent(open, 's-2');

    expect(await headOf(app)).toEqual({ settled: 1, pending: true });
  });

  it('holds nothing back that lies before it, though a dead hole that was seen earlier lies there too', async () => {
    const early = await database.connect();
    await insertEvent(writer, 's-1');
    await early.query('BEGIN');
    expect(await insertEvent(early, 's-2')).toBe(2);
    expect(await insertEvent(writer, 's-3')).toBe(3);
    expect(await headOf(app)).toEqual({ settled: 1, pending: true });

    await open.query('BEGIN');
    expect(await insertEvent(open, 's-4')).toBe(4);
    await early.query('ROLLBACK');

    expect(await headOf(app)).toEqual({ settled: 3, pending: true });
  });

  it('does not hold back for ever: writers who overlap without end let the head move on', async () => {
    let current = open;
    let next = await database.connect();
    await current.query('BEGIN');
    let drawn = await insertEvent(current, 's-0');
    for (let round = 1; round <= 10; round++) {
      await rollBackOne();
      expect((await headOf(app)).pending).toBe(true);
      await next.query('BEGIN');
      const drawnNext = await insertEvent(next, `s-${round}`);
      await current.query('COMMIT');

      expect((await headOf(app)).settled).toBeGreaterThanOrEqual(drawn);
      [current, next, drawn] = [next, current, drawnNext];
    }
  });

  it('that only locked the table and draws its position later is waited for no longer than it takes', async () => {
    await open.query('BEGIN');
    await open.query(`DELETE FROM events WHERE stream_id = 'nobody'`);
    await insertEvent(writer, 's-1');
    expect(await headOf(app)).toEqual({ settled: 1, pending: false });

    await insertEvent(open, 's-2');
    await insertEvent(writer, 's-3');
    expect(await headOf(app)).toEqual({ settled: 1, pending: true });
    await open.query('COMMIT');
    expect(await headOf(app)).toEqual({ settled: 3, pending: false });
  });

  it('holds nothing back after a restart that a projection had applied before it', async () => {
    await createRecordedTable(database);
    const projections = [recorder({ name: 'log' })];
    const first = await startApp(database.url, { projections });
    await insertEvent(writer, 's-1');
    await rollBackOne();
    await insertEvent(writer, 's-3');
    await first.projections.waitFor('log', 3n);
    await open.query('BEGIN');
    expect(await insertEvent(open, 's-4')).toBe(4);
    await insertEvent(writer, 's-5');
    await first.close();

    const second = await startApp(database.url, { projections });
    try {
      const [status] = await second.projections.status();
      expect(status).toMatchObject({ position: 3n, head: 3n });
      await open.query('COMMIT');
      await eventually(async () => expect(await positionsRecordedBy(database, 'log')).toEqual([1, 3, 4, 5]));
    } finally {
      await second.close();
    }
  });
});
