import { type PageRequest, UnreadableEventError } from 'nestjs-projections';
import { plainEvent } from '../../../src/events/frozen-event';
import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { SMALL_TEXTS, withSmallTexts } from '../../support/small-texts';
import { startStore } from '../../support/store';

const COUNT = 40;
/** Of a payload that does not compress: what it takes as stored is known. */
const SIZE = 1000;

describe('a page', () => {
  let database: TestDatabase;
  let app: TestApp;
  let stored: number[];

  beforeAll(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
    // Odd positions are large, even ones small.
    await database.query(
      `INSERT INTO events (id, stream_id, version, type, data)
       SELECT gen_random_uuid(), 's', n, CASE WHEN n % 2 = 1 THEN 'Large' ELSE 'Small' END,
              jsonb_build_object('text', CASE WHEN n % 2 = 1 THEN (
                SELECT string_agg(chr(33 + (random() * 90)::int), '') FROM generate_series(1, $2) WHERE n > 0
              ) ELSE '' END)
       FROM generate_series(1, $1) n`,
      [COUNT, SIZE],
    );
    const rows = await database.query<{ size: number }>(
      'SELECT pg_column_size(data) AS size FROM events ORDER BY global_position',
    );
    stored = rows.map(({ size }) => size);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function read(request: Partial<PageRequest>) {
    const page = await app.store.readPage({
      after: 0n,
      upTo: BigInt(COUNT),
      types: undefined,
      limit: 500,
      maxBytes: 1_000_000,
      ...request,
    });
    const positions = page.events.map(({ globalPosition }) => Number(globalPosition));
    return { positions, through: Number(page.through), bytes: page.bytes };
  }

  it('reaches as far as it was asked for, also where nothing lies there', async () => {
    expect(await read({ after: 36n })).toMatchObject({ positions: [37, 38, 39, 40], through: 40 });
    expect(await read({ after: 36n, upTo: 38n })).toMatchObject({ positions: [37, 38], through: 38 });
    expect(await read({ types: ['Unknown'], upTo: 20n })).toEqual({ positions: [], through: 20, bytes: 0 });
    expect(await read({ after: 5n, upTo: 5n })).toEqual({ positions: [], through: 5, bytes: 0 });
    expect(await read({ after: 9n, upTo: 5n })).toEqual({ positions: [], through: 9, bytes: 0 });
  });

  it('holds the types asked for', async () => {
    expect(await read({ types: ['Small'], upTo: 6n })).toMatchObject({ positions: [2, 4, 6], through: 6 });
    expect(await read({ types: ['Small', 'Large'], upTo: 3n })).toMatchObject({ positions: [1, 2, 3] });
  });

  it.each([40n, 10n])(
    'tells of the last event of any type, also where none is asked for: up to %d',
    async (upTo) => {
      const request = { after: 0n, upTo, types: [], limit: 1, maxBytes: 1 };
      const page = await app.store.readPage(request);
      const { id } = (await app.store.readAll({ after: upTo - 1n, limit: 1 }))[0]!;
      expect(page).toMatchObject({
        events: [],
        through: upTo,
        witness: { position: upTo, id, through: upTo },
      });
    },
  );

  it('ends with the last event that may be in it, and the next goes on there', async () => {
    expect(await read({ limit: 3 })).toMatchObject({ positions: [1, 2, 3], through: 3 });
    expect(await read({ limit: 2, after: 3n, types: ['Small'] })).toMatchObject({
      positions: [4, 6],
      through: 6,
    });
  });

  it('ends with the event that reaches its bytes', async () => {
    const large = stored[0]!;
    expect(large).toBeGreaterThan(SIZE);
    const three = stored[0]! + stored[1]! + stored[2]!;
    expect(await read({ maxBytes: three })).toMatchObject({ positions: [1, 2, 3], through: 3 });
    expect(await read({ maxBytes: three + 1 })).toMatchObject({ positions: [1, 2, 3, 4], through: 5 - 1 });
    expect(await read({ maxBytes: 1 })).toMatchObject({ positions: [1], through: 1 });
  });

  it('counts bytes of what it holds, not of what it passes over', async () => {
    const { positions, through } = await read({ types: ['Small'], maxBytes: stored[1]! * 3 });
    expect({ positions, through }).toEqual({ positions: [2, 4, 6], through: 6 });
  });

  it('is the same whether it is read by columns or, where it is too large for that, by rows', async () => {
    await database.query(
      `UPDATE events SET metadata = '{"user": "\\"a\\", \\\\b"}' WHERE global_position IN (3, 4)`,
    );
    const request = { after: 0n, upTo: BigInt(COUNT), types: undefined, limit: COUNT };
    const byColumns = await app.store.readPage({ ...request, maxBytes: 1_000_000 });
    const [{ metadata } = { metadata: 0 }] = await database.query<{ metadata: number }>(
      // Less what an empty object takes.
      'SELECT sum(pg_column_size(metadata) - 5)::int AS metadata FROM events',
    );
    const total = stored.reduce((sum, size) => sum + size) + metadata;
    const byRows = await app.store.readPage({ ...request, maxBytes: total - 1 });
    expect(byRows.events).toHaveLength(COUNT);
    expect(byRows.events).toEqual(byColumns.events.map(plainEvent));
    expect(byColumns.events[2]!.metadata).toEqual({ user: '"a", \\b' });
  });

  it('says about how long its payloads are as JSON', async () => {
    const { bytes } = await read({ limit: 1 });
    const [row] = await database.query<{ length: number }>(
      'SELECT length(data::text) + length(metadata::text) AS length FROM events WHERE global_position = 1',
    );
    expect(bytes).toBeGreaterThanOrEqual(row!.length);
    expect(bytes).toBeLessThan(row!.length + 10);
  });

  it('counts bytes of metadata, compressed or not, as those of data', async () => {
    await database.query(
      `UPDATE events SET metadata = jsonb_build_object('text', repeat('x', 10 * $1)) WHERE global_position IN (10, 12)`,
      [SIZE],
    );
    const small = { types: ['Small'], maxBytes: 10 * SIZE };
    expect(await read({ after: 7n, ...small })).toMatchObject({ positions: [8, 10], through: 10 });
    expect(await read({ after: 10n, ...small })).toMatchObject({ positions: [12], through: 12 });
    expect(await read({ after: 10n, upTo: 40n, ...small })).toMatchObject({ positions: [12], through: 12 });
  });
});

describe('a page that is more than the server or Node can hold at once', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    app = await startStore(withSmallTexts(database.url));
    await app.store.append(
      's',
      Array.from({ length: COUNT }, (_, n) => ({ type: 'E', data: { n } })),
    );
    await database.query(SMALL_TEXTS);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const request = { upTo: BigInt(COUNT), types: undefined, limit: 500, maxBytes: 1_000_000 };

  it('is read as smaller ones, with nothing left out', async () => {
    const positions: number[] = [];
    for (let after = 0n; after < COUNT;) {
      const page = await app.store.readPage({ ...request, after });
      positions.push(...page.events.map(({ globalPosition }) => Number(globalPosition)));
      expect(page.through).toBeGreaterThan(after);
      after = page.through;
    }
    expect(positions).toEqual(Array.from({ length: COUNT }, (_, n) => n + 1));
  });

  it('because of one event fails by the name of that', async () => {
    // So large that it is compressed, and has to be unpacked to find out how large.
    await database.query(
      `UPDATE events SET data = jsonb_build_object('n', repeat('x', 10000)) WHERE version = 5`,
    );
    const error: unknown = await app.store
      .readPage({ ...request, after: 4n })
      .catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(UnreadableEventError);
    expect(error).toMatchObject({ globalPosition: 5n });
    const typed = app.store.readPage({ ...request, after: 4n, types: ['E'] });
    await expect(typed).rejects.toThrow('The event at position 5 cannot be read');
  });
});
