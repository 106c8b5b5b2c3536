import type { Type } from '@nestjs/common';
import { Entity, PrimaryColumn } from 'typeorm';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import { createRecordedTable, positionsRecordedBy, recordedBy, recorder } from '../../support/recorder';
import { happened, NO_POLLING } from '../../support/store';
import { fallBack, refill } from './refilled';

const ten = () => Array.from({ length: 10 }, (_, n) => happened(n));
const ANOTHER = { state: 'stopped', error: { name: 'CheckpointOfAnotherStoreError' } };

@Entity('recorded')
class RecordedRow {
  @PrimaryColumn()
  serial!: string;
}

describe('a store that is replaced by one that goes on beyond the checkpoints', () => {
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
    (app = await startApp(database.url, { projections, entities: [RecordedRow] }));
  const stop = async () => {
    await app?.close();
    app = undefined;
  };

  /** Applies sixty events of six streams with the projections, and ends the application. */
  async function applySixty(...projections: Type<object>[]): Promise<void> {
    const { store, projections: all } = await start(...projections);
    for (const stream of 'abcdef') await store.append(stream, ten());
    for (const { name } of await all.status()) await all.waitFor(name, 60n);
    await stop();
  }

  async function expectAnother(name: string): Promise<void> {
    await eventually(async () => {
      const status = (await app!.projections.status()).find((one) => one.name === name);
      expect(status).toMatchObject(ANOTHER);
    });
  }

  async function expectToGoOn(name: string): Promise<void> {
    const { globalPosition } = await app!.store.append('last', [happened()]);
    await app!.projections.waitFor(name, globalPosition);
    expect((await positionsRecordedBy(database, name)).at(-1)).toBe(Number(globalPosition));
  }

  it.each([
    { segments: 1, end: 150 },
    { segments: 3, end: 150 },
    { segments: 1, end: 60 },
  ])('stops them at the next start: $segments segment(s), ending at $end', async ({ segments, end }) => {
    const log = recorder({ name: 'log', segments });
    await applySixty(log);
    await refill(database, end);
    await start(log);
    await expectAnother('log');
    const [status] = await app!.projections.status();
    expect(status!.error!.message).toMatch(/"log".* seen event [\da-f-]{36} at position \d+, .*Rebuild/s);
    await expect(app!.projections.waitFor('log', BigInt(end))).rejects.toMatchObject({
      name: 'ProjectionStoppedError',
    });
    expect(await positionsRecordedBy(database, 'log')).toHaveLength(60);
  });

  it('has what it holds by then for history after a rebuild', async () => {
    const log = recorder({ name: 'log', readModels: [RecordedRow] });
    await applySixty(log);
    await refill(database, 150);
    await start(log);
    await expectAnother('log');
    await app!.projections.rebuild('log');
    const rebuilt = await recordedBy(database, 'log');
    expect(rebuilt).toHaveLength(150);
    expect(rebuilt.every(({ replaying }) => replaying)).toBe(true);
    await expectToGoOn('log');
    await stop();
    await start(log);
    await expectToGoOn('log');
  });

  it('stops what handles little of it, or nothing', async () => {
    const [rare, none] = [
      recorder({ name: 'rare', types: ['Rare'] }),
      recorder({ name: 'none', types: ['None'] }),
    ];
    const { store, projections } = await start(rare, none);
    await store.append('r', [{ type: 'Rare', data: {} }]);
    await store.append('a', [...ten(), ...ten()]);
    await projections.waitFor('rare', 21n);
    // Over what others handle, checkpoints move once a second.
    await eventually(async () =>
      expect(await database.query('SELECT FROM projection_checkpoints WHERE position = 21')).toHaveLength(2),
    );
    await stop();
    await fallBack(database, 10, 40);
    await start(rare, none);
    await expectAnother('rare');
    await expectAnother('none');
  });

  it('stops them where it is replaced under the running application', async () => {
    const log = recorder({ name: 'log' });
    app = await startApp(database.url, { projections: [log], options: { ...NO_POLLING, listen: false } });
    await app.store.append('a', ten());
    await app.projections.waitFor('log', 10n);
    await refill(database, 30);
    await app.store.append('b', ten());
    await expectAnother('log');
    expect(await positionsRecordedBy(database, 'log')).toHaveLength(10);
  });

  it('lets them go on once the one is back that they were built from', async () => {
    const log = recorder({ name: 'log' });
    await applySixty(log);
    await database.query('CREATE TABLE kept AS TABLE events');
    await refill(database, 150);
    await start(log);
    await expectAnother('log');
    await app!.projections.resume('log');
    await expectAnother('log');
    await stop();
    await refill(database, 0);
    await database.query('INSERT INTO events OVERRIDING SYSTEM VALUE TABLE kept');
    await database.query(`SELECT setval(pg_get_serial_sequence('events', 'global_position'), 60)`);
    await start(log);
    await app!.projections.resume('log');
    await expectToGoOn('log');
    expect(await positionsRecordedBy(database, 'log')).toHaveLength(61);
  });

  it('stops those whose segments were made anew meanwhile', async () => {
    await applySixty(recorder({ name: 'log', segments: 2 }));
    const log = recorder({ name: 'log', segments: 3, version: 2 });
    const { projections } = await start(log);
    await eventually(async () => expect((await projections.status())[0]!.owners).toHaveLength(3));
    await stop();
    await refill(database, 150);
    await start(log);
    await expectAnother('log');
  });

  it('stops an inline one when its loop takes over', async () => {
    await applySixty(recorder({ name: 'other' }));
    const log = recorder({ name: 'log', type: 'inline' });
    await start(log);
    await eventually(async () =>
      expect(await database.query('SELECT FROM projection_inline_marks WHERE by_appends')).toHaveLength(1),
    );
    await stop();
    await refill(database, 150);
    await start(log);
    await app!.projections.pause('log');
    await app!.projections.resume('log');
    await expectAnother('log');
  });

  it.each([
    ['of which the event there is deleted', 'DELETE FROM events WHERE global_position > 50'],
    ['of a checkpoint of before there were witnesses', 'UPDATE projection_checkpoints SET witness_id = NULL'],
    ['that was not replaced', 'SELECT 1'],
  ])('says nothing of one %s', async (_, change) => {
    const log = recorder({ name: 'log' });
    await applySixty(log);
    await database.query(change);
    await start(log);
    await expectToGoOn('log');
  });
});
