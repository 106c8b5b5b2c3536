import { OnAny, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { segmentOfKey } from '../../src/engine/reading/segment-filter';
import { type TestApp, startApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { createRecordedTable, recordedBy, recorder } from '../support/recorder';

const STREAMS = 40;

describe('segments', () => {
  let database: TestDatabase;
  const apps: TestApp[] = [];

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
  });

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await database.drop();
  });

  async function start(segments: number, run = true): Promise<TestApp> {
    const projections = [recorder({ name: 'log', segments, batchSize: 20 })];
    const app = await startApp(database.url, { projections, options: { run, leaseMs: 2_000 } });
    apps.push(app);
    return app;
  }

  const checkpoints = () =>
    database.query<{ segment: number; position: string }>(
      `SELECT segment, position FROM projection_checkpoints WHERE projection = 'log' ORDER BY segment`,
    );

  async function expectOnceInOrder(events: number): Promise<void> {
    const recorded = await recordedBy(database, 'log');
    expect(recorded).toHaveLength(events);
    const next = new Map<string, number>();
    for (const { streamId, version } of recorded) {
      expect([streamId, version]).toEqual([streamId, (next.get(streamId) ?? 0) + 1]);
      next.set(streamId, version);
    }
  }

  it('share out the events of a projection, each stream in order', async () => {
    const app = await start(4);
    for (let round = 0; round < 5; round++) for (let s = 0; s < STREAMS; s++) await append(app, s, 2);
    const { settled } = await app.store.head();
    await app.projections.waitFor('log', settled);
    await expectOnceInOrder(STREAMS * 10);
    await eventually(async () =>
      expect(await checkpoints()).toEqual(
        [0, 1, 2, 3].map((segment) => ({ segment, position: String(settled) })),
      ),
    );
    expect(await app.projections.status()).toMatchObject([{ lag: { events: 0 }, position: settled }]);
  });

  it('apply no more at once than a batch may have, also where all events are of one segment', async () => {
    const app = await start(4, false);
    await append(app, 0, 130);
    const worker = await start(4);
    const { settled } = await app.store.head();
    await worker.projections.waitFor('log', settled);
    await expectOnceInOrder(130);
    // From the database: a batch may be committed before anybody can watch.
    const [batch] = await database.query<{ most: number }>(
      `SELECT max(events)::int AS most FROM (SELECT count(*) AS events FROM recorded GROUP BY xmin::text) batches`,
    );
    expect(batch).toEqual({ most: 20 });
  });

  it('are cut anew from 4 to 8 to 2 while events arrive, with nothing lost, doubled or out of order', async () => {
    const old = await start(4);
    let appended = 0;
    const writing = new AbortController();
    const writer = (async () => {
      for (; !writing.signal.aborted; appended++) await append(old, appended % STREAMS);
    })();
    await eventually(async () => expect(await checkpoints()).toHaveLength(4));
    for (const segments of [8, 2]) {
      await start(segments);
      await eventually(async () => expect(await checkpoints()).toHaveLength(segments));
      const mark = appended;
      await eventually(() => expect(appended).toBeGreaterThan(mark + 50));
    }
    writing.abort();
    await writer;
    const { settled } = await old.store.head();
    await old.projections.waitFor('log', settled, { timeoutMs: 30_000 });
    await expectOnceInOrder(appended);
  });

  it('go on as they were when another cut is taken back before it is made', async () => {
    const app = await start(2);
    await append(app, 1);
    await database.query(`UPDATE projection_checkpoints SET halt_at = position + 1`);
    await start(2);
    const { globalPosition } = await append(app, 1, 50);
    await app.projections.waitFor('log', globalPosition, { timeoutMs: 20_000 });
    await expectOnceInOrder(51);
  });

  it('are skipped, and set events aside, one by one', async () => {
    const bad = new Set(['s-1', 's-2', 's-3', 's-4']);
    const { app, applied } = await startFailing({ segments: 4, bad });
    await append(app, 0, 3);
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) await append(app, n);
    const { settled } = await app.store.head();
    for (const _ of bad)
      // Another segment may stop meanwhile, and tell of its event instead.
      await eventually(async () => {
        const [status] = await app.projections.status();
        expect(status).toMatchObject({ state: 'stopped' });
        await app.projections.skip('failing', status!.error!.position!, 'test');
      });
    await app.projections.waitFor('failing', settled, { timeoutMs: 20_000 });
    expect(applied.toSorted()).toEqual(['s-0', 's-0', 's-0', 's-5', 's-6', 's-7', 's-8']);
  });

  it('halt at an event that segmentBy has no key for, and can be told to skip it', async () => {
    const { app, applied } = await startFailing({ segments: 3, segmentBy: allButTheSecond });
    for (const n of [1, 2, 3]) await append(app, n);
    await eventually(async () =>
      expect((await app.projections.status())[0]).toMatchObject({
        state: 'stopped',
        error: {
          message: expect.stringContaining('failed in its segmentBy on Happened at position 2') as string,
        },
      }),
    );
    await app.projections.skip('failing', 2n, 'test');
    await app.projections.waitFor('failing', 3n);
    expect(applied.toSorted()).toEqual(['s-1', 's-3']);
  });

  it('are skipped also while they wait for each other, to be cut anew', async () => {
    const bad = new Set(['s-1']);
    const first = await startFailing({ segments: 2, bad });
    await append(first.app, 2, 3);
    const { globalPosition } = await append(first.app, 1);
    await eventually(async () =>
      expect((await first.app.projections.status())[0]).toMatchObject({ state: 'stopped' }),
    );
    await first.app.close();
    // The one that stopped is the foremost, so that the others are to meet where it stands.
    await database.query(
      `UPDATE projection_checkpoints c
       SET position = CASE WHEN c.segment = (s.failure ->> 'segment')::int THEN $1 ELSE 0 END
       FROM projection_states s WHERE s.projection = c.projection`,
      [globalPosition - 1n],
    );
    await database.query(
      `UPDATE projection_states SET failure = failure || jsonb_build_object('after', $1::text)`,
      [globalPosition - 1n],
    );
    const { app } = await startFailing({ segments: 3, bad });
    await eventually(async () => {
      const waiting = await database.query('SELECT FROM projection_checkpoints WHERE halt_at IS NOT NULL');
      expect(waiting).toHaveLength(2);
    });
    await app.projections.skip('failing', globalPosition, 'test');
    await eventually(async () => {
      const rows = await database.query('SELECT position FROM projection_checkpoints WHERE halt_at IS NULL');
      expect(rows).toHaveLength(3);
    });
  });

  it.each([
    [2, 1],
    [1, 8],
  ])('are skipped also where %i stopped and were made %i since', async (before, after) => {
    // Of the second of two segments, and not of the first of eight.
    const stream = 's-2';
    expect(segmentOfKey(stream, 2)).toBe(1);
    expect(segmentOfKey(stream, 8)).not.toBe(0);
    const bad = new Set([stream]);
    const first = await startFailing({ segments: before, bad });
    const { globalPosition } = await append(first.app, 2);
    await eventually(async () =>
      expect((await first.app.projections.status())[0]).toMatchObject({ state: 'stopped' }),
    );
    await first.app.close();
    // The other segment is no further, as where the stop was faster than it.
    await database.query('UPDATE projection_checkpoints SET position = 0');
    const { app, applied } = await startFailing({ segments: after, bad });
    await eventually(async () => {
      const [row] = await database.query('SELECT segments FROM projection_states');
      expect(row).toEqual({ segments: after });
    });
    await app.projections.skip('failing', globalPosition, 'test');
    await append(app, 3);
    await app.projections.waitFor('failing', globalPosition + 1n);
    expect(applied).toEqual(['s-3']);
  });

  async function startFailing(given: {
    segments: number;
    bad?: Set<string>;
    segmentBy?: (event: RecordedEvent) => string;
  }): Promise<{ app: TestApp; applied: string[] }> {
    const applied: string[] = [];
    const { segments, bad, segmentBy } = given;

    @Projection({ name: 'failing', segments, segmentBy, retry: { attempts: 1 } })
    class Failing {
      @OnAny()
      any({ streamId }: RecordedEvent, { afterCommit }: ProjectionContext) {
        if (bad?.has(streamId)) throw new Error('bad');
        afterCommit(() => applied.push(streamId));
      }
    }
    const app = await startApp(database.url, { projections: [Failing] });
    apps.push(app);
    return { app, applied };
  }
});

const append = (app: TestApp, stream: number, count = 1) =>
  app.store.append(
    `s-${stream}`,
    Array.from({ length: count }, (_, n) => ({ type: 'Happened', data: { n } })),
  );

const allButTheSecond = ({ streamId }: RecordedEvent) => {
  if (streamId === 's-2') throw new Error('no key');
  return streamId;
};
