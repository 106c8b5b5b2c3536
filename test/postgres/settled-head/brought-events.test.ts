import type { Client } from 'pg';
import type { Head } from 'nestjs-projections';
import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { insertEvent } from '../../support/sessions';
import { SMALL_TEXTS, withSmallTexts } from '../../support/small-texts';
import { startStore } from '../../support/store';

const FEW = { limit: 3, maxBytes: 1000 };

const versionsOf = ({ brought }: Head) => brought?.events.map(({ version }) => version);

describe('a look at the head that is to bring events along', () => {
  let database: TestDatabase;
  let app: TestApp;
  let writer: Client;

  beforeEach(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
    writer = await database.connect();
    await append('s-0', 1);
    await app.store.head();
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  /** In another session: the application would look by itself at what it appends. */
  async function append(streamId: string, ...versions: number[]): Promise<void> {
    for (const version of versions) await insertEvent(writer, streamId, { version });
  }
  const enlarge = (length: number) =>
    writer.query(
      `UPDATE events SET data = jsonb_build_object('text', repeat('x', $1)) WHERE stream_id = 's-1'`,
      [length],
    );

  it('brings those behind the head of the look before, as a page would', async () => {
    await append('s-1', 1, 2);
    const head = await app.store.head(FEW);
    const { incarnation } = head;
    const page = await app.store.readPage({ after: 1n, upTo: 3n, types: undefined, incarnation, ...FEW });
    expect(head.brought).toMatchObject({ after: 1n, through: 3n, witness: page.witness });
    expect(JSON.stringify(head.brought!.events)).toBe(JSON.stringify(page.events));
    expect((await app.store.head(FEW)).brought).toBeUndefined();
  });

  it('brings none to who did not ask', async () => {
    await append('s-1', 1);
    expect((await app.store.head()).brought).toBeUndefined();
  });

  it('says how far it got where there are more', async () => {
    await append('s-1', 1, 2, 3, 4);
    const head = await app.store.head(FEW);
    expect([versionsOf(head), head.brought?.through, head.settled]).toEqual([[1, 2, 3], 4n, 5n]);
  });

  it('brings none where they are too large', async () => {
    await append('s-1', 1);
    await enlarge(1000);
    expect(await app.store.head(FEW)).toMatchObject({ settled: 2n, brought: undefined });
  });

  it('counts what is stored compressed as what it is', async () => {
    await append('s-1', 1);
    await enlarge(50_000);
    const [{ bytes }] = (await database.query<{ bytes: number }>(
      'SELECT max(pg_column_size(data)) AS bytes FROM events',
    )) as [{ bytes: number }];
    expect(bytes).toBeLessThan(1000);
    expect((await app.store.head(FEW)).brought).toBeUndefined();
  });

  it('moves on where what it was to bring cannot be read', async () => {
    await append('s-1', 1);
    await enlarge(10_000);
    await database.query(SMALL_TEXTS);
    const other = await startStore(withSmallTexts(database.url));
    try {
      const head = await other.store.head({ ...FEW, maxBytes: 20_000 });
      expect(head).toMatchObject({ settled: 2n, brought: undefined });
    } finally {
      await other.close();
    }
  });

  describe('and finds one missing', () => {
    let open: Client;

    beforeEach(async () => {
      open = await database.connect();
      await open.query('BEGIN');
      await insertEvent(open, 's-open');
      await append('s-1', 1);
    });

    it('brings none of those behind it', async () => {
      expect(await app.store.head(FEW)).toMatchObject({ settled: 1n, pending: true, brought: undefined });
      await open.query('COMMIT');
      const head = await app.store.head(FEW);
      expect(head.brought?.events.map(({ streamId }) => streamId)).toEqual(['s-open', 's-1']);
    });

    it('leaves it to a page to read those behind a position that never comes', async () => {
      await app.store.head(FEW);
      await open.query('ROLLBACK');
      expect(await app.store.head(FEW)).toMatchObject({ settled: 3n, pending: false, brought: undefined });
    });
  });

  it('brings those of the life of the store that it found', async () => {
    await append('s-1', 1);
    await app.store.head();
    await database.query('TRUNCATE events RESTART IDENTITY');
    await append('s-2', 1);
    const head = await app.store.head(FEW);
    expect(head.settled).toBe(1n);
    expect(head.brought?.events.map(({ streamId }) => streamId)).toEqual(['s-2']);
  });
});
