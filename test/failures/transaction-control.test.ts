import type { ProjectionContext } from 'nestjs-projections';
import { Deferred } from '../support/deferred';
import { eventually } from '../support/eventually';
import { appendTo, statusOf, useLog } from './use-log';

describe('a handler that ends its transaction', () => {
  const log = useLog();

  it.each<[string, (context: ProjectionContext) => unknown]>([
    ['ROLLBACK', ({ manager }) => manager.query('ROLLBACK')],
    ['COMMIT after a comment', ({ manager }) => manager.query('-- so far\n /* and no further */ commit')],
    ['ROLLBACK and BEGIN', ({ manager }) => manager.query('ROLLBACK; BEGIN')],
    ['the runner', ({ manager }) => manager.queryRunner!.commitTransaction()],
    ['execute', ({ execute }) => execute('COMMIT')],
  ])('by %s is refused, and keeps nothing', async (_how, end) => {
    log.fault.now = ({ version }, context) => (version === 2 ? end(context) : undefined);
    const app = await log.start({ onError: 'stop', retry: { attempts: 1 } });
    await appendTo(app, 'X', 3);
    await eventually(async () =>
      expect(await statusOf(app)).toMatchObject({ state: 'stopped', position: 1n }),
    );
    const { error } = await statusOf(app);
    expect(error).toMatchObject({
      position: 2n,
      message: expect.stringContaining('Leave BEGIN, COMMIT') as string,
    });
    expect(await log.versionsOf('X')).toEqual([1]);
  });

  it('in a way that cannot be foreseen stops the projection and says to rebuild', async () => {
    log.fault.now = ({ version }, { manager }) =>
      version === 2 ? manager.query('SELECT 1; COMMIT') : undefined;
    const app = await log.start({ onError: 'dead-letter' });
    await appendTo(app, 'X', 3);
    await eventually(async () => expect(await statusOf(app)).toMatchObject({ state: 'stopped' }));
    expect((await statusOf(app)).error!.message).toMatch(/its transaction.*rebuild the projection/);
  });

  it('may use savepoints, which are its own', async () => {
    log.fault.now = async ({ version }, { manager }) => {
      await manager
        .transaction(async (nested) => {
          await nested.query('INSERT INTO log (stream_id) VALUES ($1)', ['nested']);
          if (version === 1) throw new Error('this part only');
        })
        .catch(() => undefined);
      await manager.query('SAVEPOINT mine');
      await manager.query('INSERT INTO log (stream_id) VALUES ($1)', ['nothing']);
      await manager.query('ROLLBACK TO SAVEPOINT mine');
    };
    const app = await log.start();
    await app.projections.waitFor('log', await appendTo(app, 'X', 2));
    expect(await log.database.query(`SELECT stream_id FROM log WHERE stream_id LIKE 'n%'`)).toEqual([
      { stream_id: 'nested' },
    ]);
  });
});

const insert = (context: ProjectionContext) =>
  context.manager.query('INSERT INTO log (stream_id) VALUES ($1)', ['late']);

const lookAndInsert = async (context: ProjectionContext) => {
  for (let look = 0; look < 3; look++) await context.manager.query('SELECT 1');
  await insert(context);
};

describe('a handler that does not await what it writes', () => {
  const log = useLog();
  it('fails its event when more is sent after it has returned', async () => {
    log.fault.now = ({ version }, context) => {
      if (version !== 2) return;
      for (let item = 0; item < 2; item++) void lookAndInsert(context);
    };
    const app = await log.start({ onError: 'dead-letter', retry: { attempts: 1 } });
    await app.projections.waitFor('log', await appendTo(app, 'X', 3));
    expect(await app.projections.deadLetters('log')).toMatchObject([
      { event: { version: 2 }, errorMessage: expect.stringContaining('await every promise') as string },
    ]);
    expect(await log.database.query(`SELECT FROM log WHERE stream_id = 'late'`)).toEqual([]);
  });

  it('stops the projection when that is after the commit', async () => {
    const later = new Deferred();
    log.fault.now = (_event, context) => void later.released.then(() => insert(context));
    const app = await log.start({ onError: 'dead-letter' });
    await app.projections.waitFor('log', await appendTo(app, 'X'));
    later.release();
    await eventually(async () => expect(await statusOf(app)).toMatchObject({ state: 'stopped' }));
    expect((await statusOf(app)).error!.message).toMatch(/await every promise.*rebuild/);
    expect(await log.database.query(`SELECT FROM log WHERE stream_id = 'late'`)).toEqual([]);
  });

  it('and was given up for a time-out writes nothing any more, and stops nothing', async () => {
    const later = new Deferred();
    const wrote = new Deferred();
    log.fault.now = async ({ version }, context) => {
      if (version !== 1) return;
      await later.released;
      wrote.release();
      await insert(context);
    };
    // Ample for the handlers that do not hang, also on a busy machine.
    const app = await log.start({ onError: 'dead-letter', retry: { attempts: 1 }, handlerTimeoutMs: 1_000 });
    await app.projections.waitFor('log', await appendTo(app, 'X', 2));
    later.release();
    await wrote.released;
    await app.projections.waitFor('log', await appendTo(app, 'X'));
    expect(await log.versionsOf('X')).toEqual([2, 3]);
    expect(await statusOf(app)).toMatchObject({ state: 'running' });
  });
});
