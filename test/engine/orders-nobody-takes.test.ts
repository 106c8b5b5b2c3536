import { Logger } from '@nestjs/common';
import { NoOwnerError, Projection, ProjectionPausedError, WaitTimeoutError } from 'nestjs-projections';
import type { ProjectionModuleOptions } from 'nestjs-projections';
import { type Fault, LOG_TABLE, logProjection } from '../failures/log-projection';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { Deferred } from '../support/deferred';
import { eventually } from '../support/eventually';
import { happened } from '../support/store';
import { countedRows, Counter, COUNTERS_TABLE } from './counter';
import { Counters } from './counters.projection';

@Projection({ name: 'counters', readModels: [Counter] })
class Persistent extends Counters {}

describe('what is asked of a projection that does not run', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];
  const fault: { now: Fault } = { now: () => undefined };

  beforeEach(async () => {
    fault.now = () => undefined;
    database = await createDatabase();
    await database.query(COUNTERS_TABLE);
    await database.query(LOG_TABLE);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  const start = async (options: ProjectionModuleOptions = {}) => {
    const report = logProjection('dead-letter', fault, { type: 'catch-up' });
    const projections = [Persistent, report];
    const app = await startApp(database.url, {
      projections,
      entities: [Counter],
      options: { leaseMs: 500, ...options },
    });
    apps.push(app);
    return app;
  };
  const applied = async (app: TestApp) => {
    await app.projections.waitFor('counters', await app.store.append('s', [happened()]));
    return countedRows(database);
  };

  it('rebuild is refused while it is paused, and neither ends the pause nor empties anything', async () => {
    const app = await start();
    const rows = await applied(app);
    await app.projections.pause('counters', { by: 'ops' });
    await expect(app.projections.rebuild('counters')).rejects.toThrow(ProjectionPausedError);
    expect(await app.projections.status()).toMatchObject([{ state: 'paused' }, {}]);
    expect(await countedRows(database)).toEqual(rows);
    await app.projections.resume('counters');
    await app.projections.rebuild('counters');
    expect(await countedRows(database)).toEqual(rows);
  });

  it('a rebuild that nobody would carry out is refused before anything is emptied', async () => {
    const worker = await start();
    const web = await start({ run: false });
    const rows = await applied(worker);
    await apps.shift()!.close();
    await expect(web.projections.rebuild('counters')).rejects.toThrow(NoOwnerError);
    expect(await countedRows(database)).toEqual(rows);
  });

  it('a catch-up ends with the reason: paused, run by nobody, not here', async () => {
    const web = await start({ run: false });
    await web.store.append('s', [happened()]);
    await expect(web.projections.catchUp('counters')).rejects.toThrow(NoOwnerError);
    await expect(web.projections.catchUp('log')).rejects.toThrow(NoOwnerError);
    const app = await start();
    for (const name of ['counters', 'log']) {
      await app.projections.pause(name);
      await web.store.append('s', [happened()]);
      await expect(app.projections.catchUp(name)).rejects.toThrow(ProjectionPausedError);
    }
  });

  it('a wait for a run ends with its time or its signal, and the run goes on', async () => {
    const app = await start();
    await app.store.append('s', [happened()]);
    const [reached, hold] = [new Deferred(), new Deferred()];
    fault.now = () => (reached.release(), hold.released);
    await expect(app.projections.catchUp('log', { timeoutMs: 20 })).rejects.toThrow(WaitTimeoutError);
    const gone = new AbortController();
    const wait = app.projections.catchUp('log', { signal: gone.signal });
    wait.catch(() => undefined);
    await reached.released;
    gone.abort(new Error('gone'));
    await expect(wait).rejects.toThrow('gone');
    await expect(app.projections.rebuild('counters', { signal: gone.signal })).rejects.toThrow('gone');
    hold.release();
    await eventually(async () =>
      expect(await app.projections.status()).toMatchObject([{}, { state: 'idle', position: 1n }]),
    );
  });

  it('dead letters of a catch-up projection at the head can be retried and discarded, from anywhere', async () => {
    const app = await start();
    fault.now = () => {
      throw new Error('bad');
    };
    await app.store.append('s', [happened(), happened()]);
    await app.projections.catchUp('log');
    fault.now = () => undefined;
    const web = await start({ run: false });
    const [first] = await web.projections.deadLetters('log');
    const discarded = await web.projections.discardDeadLetters('log', { ids: [first!.id], reason: 'test' });
    expect(discarded).toBe(1);
    expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 1, failed: 0 });
    await app.store.append('s', [happened()]);
    await eventually(async () =>
      expect(await app.projections.status()).toMatchObject([{}, { state: 'idle', position: 2n }]),
    );
    expect(await app.projections.catchUp('log')).toBe(3n);
    expect(await database.query('SELECT version FROM log ORDER BY serial')).toHaveLength(4);
  });

  it('the log says where each begins, what is taken over, and who rebuilds and resumes', async () => {
    const lines: string[] = [];
    const first = await start();
    await applied(first);
    await apps.shift()!.close();
    jest.spyOn(Logger.prototype, 'log').mockImplementation((line: unknown) => void lines.push(String(line)));
    const app = await start();
    await app.projections.pause('counters');
    await app.projections.resume('counters', { by: 'ops', reason: 'index is built' });
    await app.projections.rebuild('counters', { by: 'ops' });
    expect(lines.filter((line) => line.startsWith('Projection "'))).toEqual([
      'Projection "counters" is taken over here: segment 1 of 1, epoch 2.',
      'Projection "counters" (persistent) is at position 1, at most 0 event(s) behind.',
      'Projection "log" (catch-up) is at position 0, at most 1 event(s) behind.',
      'Projection "counters" is paused.',
      'Projection "counters" is resumed, by ops: index is built.',
      'Projection "counters" is rebuilt, by ops.',
    ]);
  });
});
