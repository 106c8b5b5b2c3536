import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { OnAny, Projection } from 'nestjs-projections';
import type { Type } from '@nestjs/common';
import type { EventPage } from '../../src/events/event-source';
import { PostgresEventStore } from '../../src/postgres/postgres-event-store';
import { startApp } from '../support/app';
import { around } from '../support/around';
import { createDatabase, type TestDatabase } from '../support/database';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const PROJECTIONS = 50;
const EVENTS = 200;
const PAYLOAD = 100_000;
const MAX_BATCH_BYTES = 1024 * 1024;
/** So many that pages have grown to more than all of the large events. */
const SMALL = 3_000;
/** All that the projections would hold if each took a page of the default size is a gigabyte. */
const ROOM = 300 * 1024 * 1024;

/** To look takes as long as to collect all garbage. */
const SAMPLED = 25;

/** What is in use; how much garbage there is beside it depends on who else has run in this process. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

function counting(name: string, counts: Map<string, number>): Type<object> {
  @Projection({ name })
  class Counting {
    @OnAny()
    any() {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return Counting;
}

describe('memory', () => {
  let database: TestDatabase;
  beforeEach(async () => (database = await createDatabase()));
  afterEach(async () => {
    jest.restoreAllMocks();
    await database.drop();
  });

  it.each(['data', 'metadata'])('holds no large page after many small events: %s', async (column) => {
    const store = await startApp(database.url);
    await database.query(
      `INSERT INTO events (id, stream_id, version, type, data, metadata)
       SELECT gen_random_uuid(), 's', n, 'Happened', coalesce(filler -> 'data', '{}'), coalesce(filler -> 'metadata', '{}')
       FROM generate_series(1, $1) AS n,
         LATERAL (SELECT CASE WHEN n > $2 THEN jsonb_build_object('${column}', jsonb_build_object('filler', repeat('x', $3))) END
           AS filler) made`,
      [SMALL + EVENTS, SMALL, PAYLOAD],
    );
    await store.close();

    const counts = new Map<string, number>();
    const sizes: number[] = [];
    const lengths: number[] = [];
    around(PostgresEventStore.prototype, 'readPage', async (call, ...given) => {
      const page = (await call(...given)) as EventPage;
      lengths.push(page.events.length);
      sizes.push(JSON.stringify(page.events.map(({ data, metadata }) => [data, metadata])).length);
      return page;
    });
    const app = await startApp(database.url, {
      projections: [counting('p', counts)],
      options: { maxBatchBytes: MAX_BATCH_BYTES, batchSize: 10_000 },
    });
    try {
      await app.projections.waitFor('p', BigInt(SMALL + EVENTS), { timeoutMs: 50_000 });
    } finally {
      await app.close();
    }
    expect(counts.get('p')).toBe(SMALL + EVENTS);
    expect(Math.max(...lengths)).toBeGreaterThan(EVENTS);
    expect(Math.max(...sizes)).toBeLessThan(MAX_BATCH_BYTES + 2 * PAYLOAD);
  });

  it.each([
    ['payloads that compress', 'data', `repeat('x', $2)`],
    ['metadata that compress', 'metadata', `repeat('x', $2)`],
    [
      'payloads that do not',
      'data',
      `(SELECT string_agg(md5(n || ' ' || part), '') FROM generate_series(1, $2 / 32) AS part)`,
    ],
  ])(
    'stays bounded with many projections and large %s, whatever the batch size',
    async (_name, column, filler) => {
      const names = Array.from({ length: PROJECTIONS }, (_, n) => `p${n}`);
      const counts = new Map<string, number>();
      const projections = names.map((name) => counting(name, counts));
      const store = await startApp(database.url);
      await database.query(
        `INSERT INTO events (id, stream_id, version, type, data, metadata)
       SELECT gen_random_uuid(), 's', n, 'Happened', coalesce(filler -> 'data', '{}'), coalesce(filler -> 'metadata', '{}')
       FROM generate_series(1, $1) AS n,
         LATERAL (SELECT jsonb_build_object('${column}', jsonb_build_object('filler', ${filler})) AS filler) made`,
        [EVENTS, PAYLOAD],
      );
      await store.close();

      const before = heldBytes();
      let heap = 0;
      let batch = 0;
      let batches = 0;
      const app = await startApp(database.url, {
        projections,
        options: { run: true, maxBatchBytes: MAX_BATCH_BYTES, batchSize: 10_000 },
      });
      try {
        for (const name of names)
          app.projections.changes(name).subscribe(({ events }) => {
            if (batches++ % SAMPLED === 0) heap = Math.max(heap, heldBytes() - before);
            batch = Math.max(batch, events.length * PAYLOAD);
          });
        for (const name of names) await app.projections.waitFor(name, BigInt(EVENTS), { timeoutMs: 50_000 });
      } finally {
        await app.close();
      }
      expect(names.map((name) => counts.get(name))).toEqual(names.map(() => EVENTS));
      // A batch ends with the event that reaches the limit.
      expect(batch).toBeGreaterThan(0);
      expect(batch).toBeLessThan(MAX_BATCH_BYTES + 2 * PAYLOAD);
      expect(heap).toBeLessThan(ROOM);
    },
  );
});
