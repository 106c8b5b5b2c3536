import {
  Projection,
  EventSetAsideError,
  ProjectionStoppedError,
  UnsupportedOperationError,
  WaitTimeoutError,
} from 'nestjs-projections';
import type { ProjectionModuleOptions, ProjectionOptions } from 'nestjs-projections';
import { type Fault, LOG_TABLE, logProjection } from '../failures/log-projection';
import { countedRows, Counter, COUNTERS_TABLE } from '../engine/counter';
import { Counters } from '../engine/counters.projection';
import { around } from '../support/around';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { Deferred } from '../support/deferred';
import { eventually } from '../support/eventually';
import { recorder } from '../support/recorder';
import { happened } from '../support/store';

const many = (count: number) => Array.from({ length: count }, (_, n) => happened(n));

const badFirst = ({ streamId, version }: { streamId: string; version: number }) => {
  if (streamId === 's' && version === 1) throw new Error('poison');
};

/** Counts the statements by which the application looks how far projections are, and those at once. */
function countLooks({ dataSource }: TestApp): { looks: number; most: number } {
  const counted = { looks: 0, most: 0 };
  let open = 0;
  around(dataSource, 'query', async (call, ...args) => {
    if (!String(args[0]).includes('"unownedSeconds"')) return call(...args);
    counted.looks++;
    counted.most = Math.max(counted.most, ++open);
    return Promise.resolve(call(...args)).finally(() => open--);
  });
  return counted;
}

describe('waitFor', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];
  const fault: { now: Fault } = { now: () => undefined };

  beforeEach(async () => {
    fault.now = () => undefined;
    database = await createDatabase();
    await database.query(LOG_TABLE);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  const start = async (
    projection: Partial<ProjectionOptions> = {},
    options: ProjectionModuleOptions = {},
  ) => {
    const projections = [logProjection(projection.onError, fault, projection)];
    const app = await startApp(database.url, { projections, options });
    apps.push(app);
    return app;
  };
  const rows = async () => Number((await database.query('SELECT count(*) FROM log'))[0]!.count);

  it('looks for all who wait together, and not at all where a commit here says it', async () => {
    const app = await start();
    await app.projections.waitFor('log', (await app.store.append('first', [happened()])).globalPosition);
    const counted = countLooks(app);
    const hold = new Deferred();
    fault.now = () => hold.released;
    const waits = Array.from({ length: 300 }, (_, n) => app.projections.waitFor('log', BigInt(n + 2)));
    const result = await app.store.append('s', many(300));
    const own = app.projections.waitFor('log', result);
    hold.release();
    await Promise.all([...waits, own]);
    expect(await rows()).toBe(602);
    // One for those whose batch is committed by the time they ask, and some between batches; not one for each.
    expect(counted.looks).toBeLessThan(20);
  });

  it('does not look where a commit here says it', async () => {
    const app = await start();
    await app.projections.waitFor('log', await app.store.append('s', [happened()]));
    const counted = countLooks(app);
    for (let n = 0; n < 20; n++) {
      const hold = new Deferred();
      fault.now = () => hold.released;
      const wait = app.projections.waitFor('log', await app.store.append('s', [happened()]));
      hold.release();
      await wait;
    }
    // A commit that takes long is looked for.
    expect(counted.looks).toBeLessThan(10);
  });

  it('looks once for all waits of a process that runs nothing', async () => {
    const worker = await start();
    const web = await start({}, { run: false });
    const hold = new Deferred();
    const reached = new Deferred();
    fault.now = () => (reached.release(), hold.released);
    const { globalPosition } = await web.store.append('s', many(1));
    await reached.released;
    const counted = countLooks(web);
    const waits = Array.from({ length: 1000 }, () =>
      web.projections.waitFor('log', globalPosition, { timeoutMs: 60_000 }),
    );
    await eventually(() => expect(counted.looks).toBeGreaterThan(5));
    hold.release();
    await Promise.all(waits);
    expect(counted.most).toBe(1);
    expect(await worker.projections.status()).toMatchObject([{ position: globalPosition }]);
  });

  it('takes an event that the projection does not handle', async () => {
    const app = await startApp(database.url, { projections: [recorder({ name: 'log', types: ['Other'] })] });
    apps.push(app);
    await app.projections.waitFor('log', await app.store.append('s', [happened()]));
    const web = await startApp(database.url, {
      projections: [recorder({ name: 'log', types: ['Other'] })],
      options: { run: false },
    });
    apps.push(web);
    await web.projections.waitFor('log', await web.store.append('s', [happened()]));
  });

  it('does not take a segment that nobody has begun with for one that is there', async () => {
    const web = await start({ segments: 2 }, { run: false });
    const result = await web.store.append('s', [happened()]);
    await database.query(
      `INSERT INTO projection_checkpoints (projection, segment, position) VALUES ('log', 0, 1)`,
    );
    await expect(web.projections.waitFor('log', result, { timeoutMs: 50 })).rejects.toThrow(WaitTimeoutError);
    await start({ segments: 2 });
    await web.projections.waitFor('log', result);
    expect(await web.projections.status()).toMatchObject([{ position: 1n }]);
  });

  it('waits for all segments', async () => {
    const app = await start({ segments: 3 });
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) => app.store.append(`s-${n}`, many(3))),
    );
    const last = results.reduce((one, other) => (one.globalPosition > other.globalPosition ? one : other));
    await app.projections.waitFor('log', last);
    expect(await rows()).toBe(120);
  });

  describe('of an append whose event is set aside', () => {
    it.each(['here', 'elsewhere'])('rejects, applied %s, with the event and the cause', async (where) => {
      fault.now = badFirst;
      const worker = await start({ onError: 'dead-letter' });
      const asked = where === 'here' ? worker : await start({ onError: 'dead-letter' }, { run: false });
      const waits = async () => asked.projections.waitFor('log', await asked.store.append('s', many(3)));
      const error = await waits().then(
        () => undefined,
        (failure: unknown) => failure,
      );
      expect(error).toBeInstanceOf(EventSetAsideError);
      expect(error).toMatchObject({ projection: 'log', position: 1n });
      expect((error as Error).message).toMatch(
        /set aside Happened at position 1 \(stream "s"\).*poison.*retryDeadLetters/,
      );
      // Those of another append are not its business, and neither are they of a position.
      await asked.projections.waitFor('log', await asked.store.append('s', many(1)));
      await asked.projections.waitFor('log', 1n);
    });

    it('rejects for one that waits in a parked stream, until it is retried', async () => {
      fault.now = badFirst;
      const app = await start({ onError: 'park-stream' });
      await app.projections.waitFor('log', (await app.store.append('s', many(1))).globalPosition);
      const later = await app.store.append('s', many(1));
      await expect(app.projections.waitFor('log', later)).rejects.toThrow('it waits behind an earlier event');
      await expect(app.projections.waitFor('log', { ...later })).rejects.toThrow(EventSetAsideError);
      await app.projections.waitFor('log', await app.store.append('other', many(2)));
      fault.now = () => undefined;
      await app.projections.retryDeadLetters('log');
      await app.projections.waitFor('log', later);
      expect(await rows()).toBe(8);
    });
  });

  it.each([
    ['paused', 'it is paused'],
    ['unowned', 'no instance runs it'],
  ])('says, when the time is up, that the projection is %s', async (state, said) => {
    const app = await start({}, { run: state === 'paused' });
    if (state === 'paused') await app.projections.pause('log');
    await eventually(async () => expect(await app.projections.status()).toMatchObject([{ state }]));
    // No event is there: a loop in the middle of its turn may still apply one right after the pause.
    const wait = app.projections.waitFor('log', 9n, { timeoutMs: 30 });
    await expect(wait).rejects.toThrow(WaitTimeoutError);
    await expect(wait).rejects.toThrow(said);
  });

  it('looks once before it gives up, however short its time', async () => {
    const web = await start({}, { run: false });
    await start();
    const result = await web.store.append('s', many(1));
    await web.projections.waitFor('log', result);
    await web.projections.waitFor('log', result, { timeoutMs: 0 });
  });

  it('rejects when the projection stops, here and elsewhere', async () => {
    const app = await start({ onError: 'stop' });
    const web = await start({ onError: 'stop' }, { run: false });
    const hold = new Deferred();
    fault.now = async () => {
      await hold.released;
      throw new Error('poison');
    };
    const result = await app.store.append('s', many(1));
    const waits = [app, web].map(({ projections }) =>
      expect(projections.waitFor('log', result, { timeoutMs: 60_000 })).rejects.toThrow(
        ProjectionStoppedError,
      ),
    );
    hold.release();
    await Promise.all(waits);
  });

  it('ends with the reason of its signal, and leaves nothing behind', async () => {
    const app = await start({}, { run: false });
    const reason = new Error('the client has gone');
    const gone = new AbortController();
    const waits = Array.from({ length: 5 }, () =>
      expect(app.projections.waitFor('log', 9n, { timeoutMs: 3_600_000, signal: gone.signal })).rejects.toBe(
        reason,
      ),
    );
    gone.abort(reason);
    await Promise.all(waits);
    await expect(app.projections.waitFor('log', 9n, { signal: gone.signal })).rejects.toBe(reason);
    const counted = countLooks(app);
    await app.projections.status();
    await app.projections.status();
    expect(counted.looks).toBe(2);
  });

  it('does not look through the caller, whatever he keeps in his async context', async () => {
    const app = await start({}, { run: false });
    const { AsyncLocalStorage } = await import('node:async_hooks');
    const request = new AsyncLocalStorage<string>();
    const seen = new Set<unknown>();
    around(app.dataSource, 'query', (call, ...args) => {
      if (String(args[0]).includes('"unownedSeconds"')) seen.add(request.getStore());
      return call(...args);
    });
    await request.run('a request', () =>
      expect(app.projections.waitFor('log', 9n, { timeoutMs: 100 })).rejects.toThrow(WaitTimeoutError),
    );
    expect([...seen]).toEqual([undefined]);
  });

  it('of a live projection that does not run here is refused', async () => {
    const app = await startApp(database.url, {
      projections: [recorder({ name: 'live', type: 'live' })],
      options: { run: false },
    });
    apps.push(app);
    await expect(app.projections.waitFor('live', 1n)).rejects.toThrow(UnsupportedOperationError);
    expect(await app.projections.status()).toMatchObject([{ state: 'idle', lag: { events: 0 } }]);
  });
});

describe('waitFor after a rebuild that another instance has asked for', () => {
  @Projection({ name: 'counters', readModels: [Counter], batchSize: 50 })
  class Slow extends Counters {}

  it('resolves when the rows are there again', async () => {
    const database = await createDatabase();
    await database.query(COUNTERS_TABLE);
    const options = { projections: [Slow], entities: [Counter] };
    const owner = await startApp(database.url, options);
    const other = await startApp(database.url, { ...options, options: { run: false } });
    try {
      const result = await owner.store.append(
        's',
        Array.from({ length: 500 }, () => happened()),
      );
      await owner.projections.waitFor('counters', result, { timeoutMs: 30_000 });
      const [before] = await countedRows(database);
      // The owner must not have noticed by itself: it does so at its next look at the database.
      const emptied = other.projections.rebuild('counters');
      await eventually(async () => {
        const [row] = await database.query('SELECT generation FROM projection_states');
        expect(row).toEqual({ generation: '1' });
      });
      await owner.projections.waitFor('counters', result, { timeoutMs: 30_000 });
      expect(await countedRows(database)).toEqual([before]);
      await emptied;
    } finally {
      await Promise.all([owner.close(), other.close()]);
      await database.drop();
    }
  });
});
