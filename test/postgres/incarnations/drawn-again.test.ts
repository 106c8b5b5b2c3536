import type { Type } from '@nestjs/common';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { createRecordedTable, positionsRecordedBy, recorder } from '../../support/recorder';
import { insertEvent } from '../../support/sessions';
import { happened, headOf, NO_POLLING } from '../../support/store';
import { allStored, drawAgainSql, drawInVain, setSequence } from './drawn-again';

const upTo = (end: number) => Array.from({ length: end }, (_, n) => n + 1);
const ten = () => upTo(10).map(happened);
const inOrder = (positions: number[]) => positions.toSorted((one, other) => one - other);

describe('a sequence that goes back into positions that were passed while they were empty', () => {
  let database: TestDatabase;
  let app: TestApp | undefined;
  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
  });
  afterEach(async () => {
    await stop();
    await database.drop();
  });

  const start = async (...projections: Type<object>[]) =>
    (app = await startApp(database.url, { projections }));
  const stop = async () => {
    await app?.close();
    app = undefined;
  };

  /** Has projections apply ten events and pass five positions that hold none. */
  async function passFive(...projections: Type<object>[]): Promise<void> {
    const { store } = await start(...projections);
    for (const [index, event] of ten().entries()) await store.append(`s-${index % 4}`, [event]);
    await drawInVain(database, 5);
    await allStored(database, 15);
  }

  const expectApplied = (name: string, positions: number[]) =>
    eventually(async () => expect(inOrder(await positionsRecordedBy(database, name))).toEqual(positions));

  async function expectToGoOn(name: string, before: number[]): Promise<void> {
    await expectApplied(name, before);
    const { globalPosition } = await app!.store.append('last', [happened()]);
    await app!.projections.waitFor(name, globalPosition);
    expect(inOrder(await positionsRecordedBy(database, name))).toEqual([...before, Number(globalPosition)]);
    expect(await app!.projections.status()).toMatchObject([{ state: 'running' }]);
  }

  describe('while nothing runs', () => {
    it.each([
      { segments: 1, count: 5 },
      { segments: 3, count: 5 },
      { segments: 1, count: 3 },
      { segments: 1, count: 50 },
      { segments: 1, count: 0 },
    ])('loses nothing: $segments segment(s), $count event(s)', async ({ segments, count }) => {
      const log = recorder({ name: 'log', segments });
      await passFive(log);
      await stop();
      await database.query(drawAgainSql(10, count));
      await start(log);
      await expectToGoOn('log', upTo(10 + count));
      await stop();
      await start(log);
      await expectToGoOn('log', upTo(11 + count));
    });

    it('loses nothing of an append that is open when it starts again', async () => {
      const log = recorder({ name: 'log' });
      await passFive(log);
      await stop();
      await setSequence(database, 10);
      const open = await database.connect();
      await open.query('BEGIN');
      await insertEvent(open, 'open');
      await database.query(drawAgainSql(11, 4));
      await start(log);
      expect(await headOf(app!)).toEqual({ settled: 10, pending: true });
      // Its loop has turned by then, and has met nothing yet.
      for (let turn = 0; turn < 3; turn++) await app!.projections.retryDeadLetters('log');
      await open.query('COMMIT');
      await expectToGoOn('log', upTo(15));
    });

    it('gives nothing to a projection a second time that handles few, or has come to handle more', async () => {
      await passFive(recorder({ name: 'log', types: ['Rare'] }));
      await stop();
      await start(recorder({ name: 'log', types: ['Rare', 'Happened'] }));
      await expectToGoOn('log', []);
      await stop();
      expect(await positionsRecordedBy(database, 'log')).toEqual([16]);
    });

    it('is found by events that are not handled, too', async () => {
      const log = recorder({ name: 'log', types: ['Rare'] });
      await passFive(log);
      await stop();
      await database.query(drawAgainSql(10, 3, 'Other'));
      await start(log);
      await allStored(database, 13);
      await app!.store.append('r', [{ type: 'Rare', data: {} }]);
      await expectApplied('log', [14]);
    });

    it('lets a checkpoint follow that had gone with a sequence set far ahead', async () => {
      const log = recorder({ name: 'log' });
      await passFive(log);
      await setSequence(database, 1_000_000);
      await allStored(database, 1_000_000);
      await stop();
      await setSequence(database, 15);
      await start(log);
      await expectToGoOn('log', upTo(10));
    });

    it('stops what cannot tell, for the event is gone that was the last', async () => {
      const log = recorder({ name: 'log' });
      await passFive(log);
      await stop();
      await database.query('DELETE FROM events WHERE global_position = 10');
      await database.query(drawAgainSql(10, 5));
      await start(log);
      await eventually(async () => {
        const [status] = await app!.projections.status();
        expect(status).toMatchObject({ error: { name: 'CheckpointOfAnotherStoreError' } });
        expect(status!.error!.message).toMatch(/at position 10, and nothing behind it.* at position 15/);
      });
    });

    it('moves no checkpoint that an older version of the module has written', async () => {
      const log = recorder({ name: 'log' });
      await passFive(log);
      await stop();
      await database.query(
        'UPDATE projection_checkpoints SET witness_position = 8, witness_id = id, witness_through = NULL FROM events WHERE global_position = 8',
      );
      await start(log);
      await expectToGoOn('log', upTo(10));
    });
  });

  describe('while it is followed', () => {
    it.each([5, 50])('loses nothing, also when it is filled at once: %d', async (count) => {
      const log = recorder({ name: 'log' });
      app = await startApp(database.url, { projections: [log], options: { ...NO_POLLING, listen: false } });
      await app.store.append('a', ten());
      await drawInVain(database, 5);
      await app.projections.status();
      await app.projections.waitFor('log', 15n);
      await database.query(drawAgainSql(10, count));
      await app.projections.status();
      await expectToGoOn('log', upTo(10 + count));
    });
  });
});
