import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventPage, EventSource, Head, PageRequest } from '../events/event-source';

/** An append that is neither committed nor rolled back. */
export interface OpenAppendUnderTest {
  readonly position: bigint;
  commit(): Promise<void> | void;
  rollback(): Promise<void> | void;
}

/** A source with nothing in it, and how it gets events. */
export interface SourceUnderTest {
  readonly source: EventSource;
  /** @returns the position of the event */
  readonly append: (streamId: string, type: string, data: unknown) => Promise<bigint> | bigint;
  /** Draws the position of an event, and leaves it open; a source in which that cannot be has none. */
  readonly begin?: (
    streamId: string,
    type: string,
    data: unknown,
  ) => Promise<OpenAppendUnderTest> | OpenAppendUnderTest;
}

/** One clause of what every source holds. `check` throws where it does not. */
export interface ContractClause {
  readonly clause: string;
  readonly check: (underTest: SourceUnderTest) => Promise<void>;
}

const TRIES = 500;
const LARGE = 1024 * 1024;

const whole = (upTo: bigint): PageRequest => ({
  after: 0n,
  upTo,
  types: undefined,
  limit: 1000,
  maxBytes: LARGE,
});

const positionsOf = ({ events }: EventPage): bigint[] => events.map(({ globalPosition }) => globalPosition);

/** The head once it has settled up to a position. */
async function settledAt(source: EventSource, position: bigint): Promise<Head> {
  for (let tries = 0; tries < TRIES; tries++) {
    const head = await source.head();
    if (head.settled >= position) return head;
    await delay(10);
  }
  throw new Error(`nothing is open any more, and the head does not settle up to ${position}`);
}

/** Three events of two types, in two streams. */
async function three({ append }: SourceUnderTest): Promise<[bigint, bigint, bigint]> {
  return [
    await append('s-1', 'Opened', { n: 1 }),
    await append('s-2', 'Opened', { n: 2 }),
    await append('s-1', 'Closed', { n: 3, text: 'x'.repeat(2000) }),
  ];
}

/**
 * What every source of events keeps, for whoever writes one. Each clause needs a new source that is open.
 *
 * @example
 * ```ts
 * describe.each(eventSourceContract)('my source', ({ clause, check }) => {
 *   it(clause, () => {
 *     const source = memorySource();
 *     return check({ source, append: (...event) => source.append(...event) });
 *   });
 * });
 * ```
 *
 * @publicApi
 */
export const eventSourceContract: readonly ContractClause[] = [
  {
    clause: 'has nothing to read, and nothing pending, where there is nothing',
    check: async ({ source }) => {
      const { settled, pending, last } = await source.head();
      deepEqual([pending, settled], [false, last]);
      deepEqual((await source.readPage(whole(settled))).events, []);
      deepEqual(await source.backlog({ after: 0n, upTo: settled, types: undefined }), {
        events: 0,
        seconds: 0,
      });
    },
  },
  {
    clause: 'gives events in order, as they were written, up to where it was asked',
    check: async (underTest) => {
      const { source } = underTest;
      const [first, second, third] = await three(underTest);
      await settledAt(source, third);
      const page = await source.readPage(whole(third));
      deepEqual(positionsOf(page), [first, second, third]);
      equal(page.through, third);
      deepEqual(
        page.events.map(({ streamId, type, data }) => [streamId, type, (data as { n: number }).n]),
        [
          [page.events[2]!.streamId, 'Opened', 1],
          [page.events[1]!.streamId, 'Opened', 2],
          [page.events[0]!.streamId, 'Closed', 3],
        ],
      );
      notEqual(page.events[0]!.streamId, page.events[1]!.streamId);
      equal(new Set(page.events.map(({ id }) => id)).size, 3);
      for (const { recordedAt } of page.events) ok(!Number.isNaN(recordedAt.getTime()));
      deepEqual(positionsOf(await source.readPage({ ...whole(second), after: first })), [second]);
    },
  },
  {
    clause: 'gives events of the types asked for, and knows that no other lie between',
    check: async (underTest) => {
      const { source } = underTest;
      const [, , third] = await three(underTest);
      await settledAt(source, third);
      const page = await source.readPage({ ...whole(third), types: ['Closed'] });
      deepEqual(positionsOf(page), [third]);
      const none = await source.readPage({ ...whole(third), types: ['Never'] });
      deepEqual([none.events.length, none.through], [0, third]);
    },
  },
  {
    clause: 'ends a page where it holds as much as was asked for, and says how far it got',
    check: async (underTest) => {
      const { source } = underTest;
      const [first, second, third] = await three(underTest);
      await settledAt(source, third);
      const one = await source.readPage({ ...whole(third), limit: 1 });
      deepEqual([positionsOf(one), one.through], [[first], first]);
      const small = await source.readPage({ ...whole(third), maxBytes: 1 });
      deepEqual([positionsOf(small), small.through], [[first], first]);
      const rest = await source.readPage({ ...whole(third), after: small.through });
      deepEqual(positionsOf(rest), [second, third]);
      ok(rest.bytes > 2000);
    },
  },
  {
    clause: 'settles nothing behind an append that is open, and all once it is committed',
    check: async (underTest) => {
      const { source, append, begin } = underTest;
      if (!begin) return;
      const before = await append('s-1', 'Opened', {});
      await settledAt(source, before);
      const open = await begin('s-2', 'Opened', {});
      const behind = await append('s-3', 'Opened', {});
      const head = await source.head();
      ok(head.pending && head.settled >= before && head.settled < open.position);
      ok(head.last >= behind);
      deepEqual(positionsOf(await source.readPage(whole(head.settled))), [before]);
      await open.commit();
      await settledAt(source, behind);
      deepEqual(positionsOf(await source.readPage(whole(behind))), [before, open.position, behind]);
    },
  },
  {
    clause: 'settles the position of an append that was rolled back',
    check: async (underTest) => {
      const { source, append, begin } = underTest;
      if (!begin) return;
      const open = await begin('s-1', 'Opened', {});
      const behind = await append('s-2', 'Opened', {});
      await open.rollback();
      await settledAt(source, behind);
      deepEqual(positionsOf(await source.readPage(whole(behind))), [behind]);
    },
  },
  {
    clause: 'brings with a look, if anything, what a page there would give',
    check: async (underTest) => {
      const { source, append } = underTest;
      const few = { limit: 2, maxBytes: LARGE };
      let last = await append('s-1', 'Opened', {});
      await settledAt(source, last);
      for (const count of [1, 2, 3]) {
        for (let n = 0; n < count; n++) last = await append('s-1', 'Opened', { n });
        const { brought, settled, incarnation } = await source.head(few);
        if (!brought) continue;
        const { after } = brought;
        ok(brought.through <= settled, 'what it brought goes beyond the head');
        const page = await source.readPage({ after, upTo: settled, types: undefined, incarnation, ...few });
        deepEqual([positionsOf(brought), brought.through], [positionsOf(page), page.through]);
        equal(JSON.stringify(brought.events), JSON.stringify(page.events));
      }
    },
  },
  {
    clause: 'stays one life of the store as long as nothing happens to it, and refuses pages of another',
    check: async (underTest) => {
      const { source } = underTest;
      const [, , third] = await three(underTest);
      const { incarnation, numbering } = await settledAt(source, third);
      const again = await source.head();
      deepEqual([again.incarnation, again.numbering], [incarnation, numbering]);
      equal((await source.readPage({ ...whole(third), incarnation })).events.length, 3);
      const refused = await source.readPage({ ...whole(third), incarnation: 'another' }).then(
        () => false,
        () => true,
      );
      ok(refused, 'a page of another incarnation was given');
    },
  },
  {
    clause: 'counts what waits, by its type',
    check: async (underTest) => {
      const { source } = underTest;
      const [first, , third] = await three(underTest);
      await settledAt(source, third);
      const { events, seconds } = await source.backlog({ after: first, upTo: third, types: undefined });
      deepEqual([events, seconds >= 0], [2, true]);
      equal((await source.backlog({ after: 0n, upTo: third, types: ['Closed'] })).events, 1);
    },
  },
  {
    clause: 'finds the position before a moment, and none for one that is to come',
    check: async (underTest) => {
      const { source } = underTest;
      const [first, , third] = await three(underTest);
      await settledAt(source, third);
      const before = await source.positionBefore(new Date(0));
      ok(before !== undefined && before < first);
      equal(await source.positionBefore(new Date(Date.now() + 3_600_000)), undefined);
    },
  },
  {
    clause: 'can be closed, and opened again',
    check: async (underTest) => {
      const { source } = underTest;
      const [, , third] = await three(underTest);
      await settledAt(source, third);
      await source.close();
      await source.close();
      await source.open(0n);
      equal((await settledAt(source, third)).settled, third);
    },
  },
];
