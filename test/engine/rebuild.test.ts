import type { Type } from '@nestjs/common';
import { Projection, UnsupportedOperationError } from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { recorder } from '../support/recorder';
import { happened } from '../support/store';
import { countedRows, Counter, COUNTERS_TABLE, foldedRows } from './counter';
import { Counters } from './counters.projection';

const STREAMS = 5;

@Projection({ name: 'counters', type: 'inline', readModels: [Counter], batchSize: 50 })
class InlineCounters extends Counters {}

@Projection({ name: 'counters', type: 'catch-up', readModels: [Counter], batchSize: 50 })
class CountersOnRequest extends Counters {}

describe('a rebuild', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    await database.query(COUNTERS_TABLE);
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  const start = async (...projections: Type<object>[]) => {
    app = await startApp(database.url, { projections, entities: [Counter] });
  };

  const append = (count: number, round = 0) =>
    Promise.all(
      Array.from({ length: STREAMS }, (_, n) =>
        app.store.append(
          `s-${n}`,
          Array.from({ length: count }, () => happened(round)),
        ),
      ),
    );

  const follow = async () => {
    const { settled } = await app.store.head();
    await app.projections.waitFor('counters', settled, { timeoutMs: 30_000 });
  };

  const spoil = () =>
    database.query(`UPDATE counters SET events = 0; INSERT INTO counters VALUES ('nobody', 1, 1)`);
  const isRight = async () => expect(await countedRows(database)).toEqual(await foldedRows(database));

  it.each([
    ['persistent', Counters],
    ['inline', InlineCounters],
    ['catch-up', CountersOnRequest],
  ])('of a projection of type %s mends its tables, and it goes on', async (type, projection) => {
    await start(projection);
    await append(40);
    await app.projections.catchUp('counters');
    await isRight();

    await spoil();
    await app.projections.rebuild('counters', { by: 'test', reason: 'spoilt' });
    await isRight();
    await append(1);
    if (type === 'catch-up') await app.projections.catchUp('counters');
    else await follow();
    await isRight();
    expect(await database.query('SELECT action, actor, reason FROM projection_audit')).toEqual([
      { action: 'rebuild', actor: 'test', reason: 'spoilt' },
    ]);
  });

  it.each([
    ['persistent', Counters],
    ['inline', InlineCounters],
  ])('of a projection of type %s ends right while events keep coming', async (_type, projection) => {
    await start(projection);
    await append(40);
    await follow();
    await spoil();

    const running = { on: true };
    const rebuilt = app.projections.rebuild('counters').finally(() => (running.on = false));
    for (let round = 1; running.on; round++) await append(1, round);
    await rebuilt;
    await append(1);
    await follow();
    await isRight();
  });

  it('asked for twice at the same time ends right', async () => {
    await start(Counters);
    await append(40);
    await follow();
    await Promise.all([app.projections.rebuild('counters'), app.projections.rebuild('counters')]);
    await follow();
    await isRight();
  });

  it('of an empty store is done', async () => {
    await start(Counters);
    await app.projections.rebuild('counters');
    await isRight();
  });

  it('lets a stopped projection begin anew, and stops where it stops', async () => {
    await database.query(`ALTER TABLE counters ADD CONSTRAINT few CHECK (events < 10)`);
    await start(Counters);
    await append(20);
    await expect(app.projections.rebuild('counters')).rejects.toThrow('violates check constraint "few"');
    await database.query('ALTER TABLE counters DROP CONSTRAINT few');
    await app.projections.rebuild('counters');
    await isRight();
  });

  it.each([
    [
      'live',
      recorder({ name: 'other', type: 'live', readModels: [Counter] }),
      'it is live and keeps nothing',
    ],
    ['without readModels', recorder({ name: 'other' }), 'it declares no readModels'],
  ])('is refused for one that is %s', async (_what, projection, why) => {
    await start(projection);
    const rebuild = app.projections.rebuild('other');
    await expect(rebuild).rejects.toThrow(UnsupportedOperationError);
    await expect(rebuild).rejects.toThrow(why);
    expect(await database.query('SELECT FROM projection_audit')).toEqual([]);
    await eventually(async () =>
      expect(await app.projections.status()).toMatchObject([{ state: 'running' }]),
    );
  });
});
