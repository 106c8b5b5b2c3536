import { EventSource, type EventPage, type PageRequest } from 'nestjs-projections';
import { ConnectionBudget } from '../../../src/database/connection-budget';
import { EventFeed, type FeedReader } from '../../../src/engine/reading/event-feed';
import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { startStore } from '../../support/store';

const COUNT = 100;

describe('the event feed', () => {
  let database: TestDatabase;
  let app: TestApp;
  let feed: EventFeed;
  let readers: FeedReader[];
  let reads: PageRequest[];
  let failing: boolean;

  beforeAll(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
    await app.store.append(
      's',
      Array.from({ length: COUNT }, (_, n) => ({ type: n % 2 === 0 ? 'Odd' : 'Even', data: {} })),
    );
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  beforeEach(() => {
    reads = [];
    readers = [];
    failing = false;
    // The store itself, watched while it is read.
    const source = Object.create(app.get<EventSource>(EventSource as never), {
      readPage: {
        value: async (request: PageRequest): Promise<EventPage> => {
          reads.push(request);
          if (failing) throw new Error('the connection is gone');
          return app.store.readPage(request);
        },
      },
    }) as EventSource;
    feed = new EventFeed(source, new ConnectionBudget(5), () => readers);
  });

  /** Readers that stand behind `position`, of these types. */
  const near = (position: number, ...types: (string[] | undefined)[]) =>
    (readers = types.map((handled) => ({ types: handled, readingAt: BigInt(position) })));

  async function witnessIn(types: string[], upTo: number) {
    const request = { after: 0n, upTo: BigInt(upTo), types, limit: 500, maxBytes: 1_000_000 };
    return (await feed.readPage(request)).witness;
  }

  async function read(after: number, types: string[] | undefined, { upTo = COUNT, limit = 500 } = {}) {
    const { events, through, bytes } = await feed.readPage({
      after: BigInt(after),
      upTo: BigInt(upTo),
      types,
      limit,
      maxBytes: 1_000_000,
    });
    return {
      positions: events.map((event) => Number(event.globalPosition)),
      through: Number(through),
      bytes,
    };
  }

  const brought = async (after: number, upTo: number, through = upTo) => {
    const range = { after: BigInt(after), upTo: BigInt(upTo) };
    const page = await app.store.readPage({ ...range, types: undefined, limit: 20, maxBytes: 1_000_000 });
    return { ...page, after: range.after, through: BigInt(through) };
  };

  const looked = (page: Awaited<ReturnType<typeof brought>>, settled = 6) =>
    feed.bring({
      settled: BigInt(settled),
      last: BigInt(settled),
      pending: false,
      incarnation: undefined as never,
      numbering: 0,
      brought: page,
    });

  it('reads for a reader on its own what it handles, and keeps nothing', async () => {
    near(0, ['Odd']);
    expect(await read(0, ['Odd'], { upTo: 5 })).toMatchObject({ positions: [1, 3, 5], through: 5 });
    await read(0, ['Odd'], { upTo: 5 });
    expect(reads).toHaveLength(2);
    expect(reads[0]!.types).toEqual(['Odd']);
  });

  it('shares one read among readers that ask at the same time, each given its own', async () => {
    near(0, ['Odd'], ['Even'], ['Odd', 'Even']);
    const [odd, even, both] = await Promise.all([
      read(0, ['Odd'], { upTo: 6 }),
      read(0, ['Even'], { upTo: 6 }),
      read(0, ['Odd', 'Even'], { upTo: 6 }),
    ]);
    expect(odd).toMatchObject({ positions: [1, 3, 5], through: 6 });
    expect(even).toMatchObject({ positions: [2, 4, 6], through: 6 });
    expect(both).toMatchObject({ positions: [1, 2, 3, 4, 5, 6], through: 6 });
    expect(reads).toHaveLength(1);
  });

  it('gives each reader the same event, so that its payload is parsed once', async () => {
    near(0, ['Odd'], undefined);
    const request = { after: 0n, upTo: 1n, limit: 1, maxBytes: 1000 };
    const [one, other] = await Promise.all([
      feed.readPage({ ...request, types: ['Odd'] }),
      feed.readPage({ ...request, types: undefined }),
    ]);
    expect(one.events[0]).toBe(other.events[0]);
  });

  it('serves one that comes later, and stands elsewhere, from what was read', async () => {
    near(0, undefined, ['Even']);
    await read(0, undefined, { upTo: 20 });
    expect(await read(4, ['Even'], { upTo: 20 })).toMatchObject({
      positions: [6, 8, 10, 12, 14, 16, 18, 20],
      through: 20,
    });
    expect(await read(0, ['Odd'], { upTo: 20, limit: 2 })).toMatchObject({ positions: [1, 3], through: 3 });
    expect(reads).toHaveLength(1);
  });

  it('never serves beyond where a reader may look', async () => {
    near(0, undefined, ['Even']);
    await read(0, undefined, { upTo: 20 });
    expect(await read(2, undefined, { upTo: 5 })).toMatchObject({ positions: [3, 4, 5], through: 5 });
    expect(await read(2, ['Even'], { upTo: 7, limit: 1 })).toMatchObject({ positions: [4], through: 4 });
    expect(reads).toHaveLength(1);
  });

  it('reads on where what it has ends', async () => {
    near(0, undefined, undefined);
    expect(await read(0, undefined, { limit: 10 })).toMatchObject({ through: 10 });
    expect(await read(10, undefined, { limit: 10 })).toMatchObject({ through: 20 });
    expect(await read(5, undefined, { limit: 10 })).toMatchObject({ positions: [6, 7, 8, 9, 10] });
    expect(reads.map(({ after }) => after)).toEqual([0n, 10n]);
  });

  it('does not take what was read for fewer types for all there is', async () => {
    near(0, ['Odd'], ['Odd']);
    await read(0, ['Odd']);
    readers = [{ types: undefined, readingAt: 0n }];
    expect((await read(0, undefined)).positions).toHaveLength(COUNT);
    expect((await read(0, ['Odd', 'Even'])).positions).toHaveLength(COUNT);
    expect(reads).toHaveLength(3);
  });

  it('leaves those alone that are far away', async () => {
    readers = [
      { types: ['Odd'], readingAt: 0n },
      { types: ['Even'], readingAt: 1_000_000n },
      { types: ['Never'], readingAt: undefined },
    ];
    await read(0, ['Odd']);
    expect(reads[0]!.types).toEqual(['Odd']);
  });

  it('says of each part only the bytes that fall to it', async () => {
    near(0, undefined, ['Odd']);
    const { bytes } = await read(0, undefined);
    expect((await read(0, ['Odd'])).bytes).toBeCloseTo(bytes / 2);
    expect((await read(0, undefined, { limit: 10 })).bytes).toBeCloseTo(bytes / 10);
    expect((await read(0, ['Never'])).bytes).toBe(0);
    expect(reads).toHaveLength(1);
  });

  it('tells of the last event of each part what it knows, and no more', async () => {
    near(0, undefined, ['Even'], ['Never']);
    expect(await witnessIn(['Even'], 20)).toMatchObject({ position: 20n, through: 20n });
    expect(await witnessIn(['Never'], 20)).toMatchObject({ position: 20n, through: 20n });
    // Event 7 is of another type.
    expect(await witnessIn(['Even'], 7)).toMatchObject({ position: 6n, through: 6n });
    expect(await witnessIn(['Never'], 7)).toBeUndefined();
    expect(reads).toHaveLength(1);
  });

  it('fails all who share a read that fails, and reads anew for who asks again', async () => {
    near(0, undefined, undefined);
    failing = true;
    const both = await Promise.allSettled([read(0, undefined), read(0, undefined)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    failing = false;
    expect((await read(0, undefined)).positions).toHaveLength(COUNT);
  });

  describe('of what came with looks at the head', () => {
    it('gives readers their part, also where it came with several', async () => {
      looked(await brought(2, 4));
      looked(await brought(4, 6));
      expect(await read(2, undefined, { upTo: 6 })).toMatchObject({ positions: [3, 4, 5, 6], through: 6 });
      expect(await read(3, ['Odd'], { upTo: 5 })).toMatchObject({ positions: [5], through: 5 });
      expect(reads).toEqual([]);
    });

    it('reads what lies before it, and all again once something failed', async () => {
      looked(await brought(2, 6));
      await read(1, undefined, { upTo: 6 });
      feed.forget();
      await read(2, undefined, { upTo: 6 });
      expect(reads).toHaveLength(2);
    });

    it('takes nothing that is no page of what is settled', async () => {
      const page = await brought(2, 6);
      for (const wrong of [
        { ...page, through: 7n },
        { ...page, through: 5n },
        { ...page, after: 3n },
        { ...page, events: page.events.toReversed() },
        { ...page, events: [] },
      ])
        looked(wrong);
      await read(2, undefined, { upTo: 6 });
      await read(3, undefined, { upTo: 6 });
      expect(reads).toHaveLength(2);
    });
  });
});
