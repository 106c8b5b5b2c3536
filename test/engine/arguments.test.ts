import { InvalidArgumentError, InvalidEventError } from 'nestjs-projections';
import { appendTo, useLog } from '../failures/use-log';
import type { TestApp } from '../support/app';

/** As plain JavaScript calls, or TypeScript that passes on the body of a request. */
type Untyped = Record<string, (...args: unknown[]) => Promise<unknown>>;

const untyped = (target: object): Untyped => target as Untyped;

const letters = async ({ projections }: TestApp) => (await projections.deadLetters('log')).length;

describe('arguments that cannot be right', () => {
  const log = useLog();

  const startWithLetters = async () => {
    log.fault.now = () => {
      throw new Error('bad');
    };
    const app = await log.start({ onError: 'dead-letter' });
    await app.projections.waitFor('log', await appendTo(app, 'X', 2));
    return app;
  };

  it('of a filter discard and retry nothing', async () => {
    const app = await startWithLetters();
    log.fault.now = () => undefined;
    const projections = untyped(app.projections);
    for (const filter of [
      { streamID: 'X' },
      { id: '1' },
      { ids: '1' },
      { ids: ['one'] },
      { ids: [1] },
      { ids: [String(2n ** 63n)] },
      { streamId: null },
      { streamId: 'a\0b' },
      { type: 7 },
      'X',
      null,
    ]) {
      const orders = [
        () =>
          projections.discardDeadLetters!('log', typeof filter === 'object' ? { ...filter, ...WHY } : filter),
        () => projections.retryDeadLetters!('log', filter),
        () => projections.deadLetters!('log', filter),
      ];
      // An object of nothing but a reason means all.
      for (const order of filter === null ? orders.slice(1) : orders)
        await expect(order()).rejects.toThrow(InvalidArgumentError);
    }
    await expect(
      projections.discardDeadLetters!('log', { streamId: undefined, reason: 'test' }),
    ).rejects.toThrow(
      'discardDeadLetters() was called wrongly: streamId is undefined: leave it out if all are meant.',
    );
    await expect(projections.discardDeadLetters!('log', { streamID: 'X', reason: 'test' })).rejects.toThrow(
      'discardDeadLetters() was called wrongly: there is no option streamID; known are ids, streamId, type, by, reason.',
    );
    expect(await letters(app)).toBe(2);
    expect(await app.projections.retryDeadLetters('log', { ids: [], type: 'Other' })).toEqual(NOTHING);
    expect(await app.projections.discardDeadLetters('log', { streamId: 'X', reason: 'test' })).toBe(2);
  });

  it('of what projections are asked are refused, and nothing is done', async () => {
    const app = await log.start();
    const { version, globalPosition } = await app.store.append('s', [{ type: 'Happened', data: {} }]);
    const projections = untyped(app.projections);
    const calls: Record<string, unknown[][]> = {
      waitFor: [
        ...[undefined, null, '1', 1, {}, { version, globalPosition: '1' }, { globalPosition: 1 }, -1n].map(
          (written) => [written],
        ),
        ...[NaN, -1, '5'].map((timeoutMs) => [globalPosition, { timeoutMs }]),
        [globalPosition, { timeout: 5 }],
        [globalPosition, { signal: {} }],
        [globalPosition, 5_000],
      ],
      catchUp: [[{ timeoutMs: NaN }], [{ timeout: 5 }], [null]],
      rebuild: [[{ timeoutMs: NaN }], [{ by: 5 }], [{ because: 'x' }]],
      pause: [['bob'], [{ who: 'bob' }]],
      resume: [['bob'], [{ reason: 5 }]],
      skip: [
        [1, 'test'],
        ['1', 'test'],
        [1n, 'test', { who: 'bob' }],
      ],
      retryDeadLetters: [[{}, { who: 'bob' }]],
    };
    for (const [method, lists] of Object.entries(calls))
      for (const args of lists)
        await expect(projections[method]!('log', ...args)).rejects.toThrow(InvalidArgumentError);
    await app.projections.waitFor('log', globalPosition, { timeoutMs: undefined, signal: undefined });
    expect(await app.projections.status()).toMatchObject([{ state: 'running' }]);
    expect(await log.database.query('SELECT action FROM projection_audit')).toEqual([]);
    expect(await log.versionsOf('s')).toEqual([1]);
  });

  it('of what the store is asked are refused, and nothing is written', async () => {
    const app = await log.start();
    const store = untyped(app.store);
    const event = { type: 'Happened', data: {} };
    const calls: Record<string, unknown[][]> = {
      readAll: [
        ...[NaN, 1.5, -1, '5', Infinity].map((limit) => [{ limit }]),
        ...[1, '1', -1n, 2n ** 63n].map((after) => [{ after }]),
        ...['Happened', [1], {}].map((types) => [{ types }]),
        [{ from: 1n }],
        [null],
      ],
      readStream: [
        ...[undefined, null, 5, 'a\0b'].map((streamId) => [streamId]),
        ...[NaN, 1.5, '1', 1n].map((fromVersion) => ['s', { fromVersion }]),
        ['s', { limit: NaN }],
        ['s', { from: 1 }],
      ],
      append: [
        ['s', [event], { expectedversion: 0 }],
        ['s', [event], { manager: null }],
        ['s', [event], null],
      ],
      positionBefore: [['2024-01-01'], [new Date(NaN)], [undefined]],
    };
    for (const [method, lists] of Object.entries(calls))
      for (const args of lists) await expect(store[method]!(...args)).rejects.toThrow(InvalidArgumentError);
    for (const events of ['x', event, undefined, [null], ['x']])
      await expect(store.append!('s', events)).rejects.toThrow(InvalidEventError);
    for (const expectedVersion of ['5', 5n, null, NaN])
      await expect(store.append!('s', [event], { expectedVersion })).rejects.toThrow(InvalidEventError);
    expect(await app.store.readAll({ after: undefined, limit: undefined, types: undefined })).toEqual([]);
    expect(await app.store.readStream('s', { fromVersion: undefined, limit: 0 })).toEqual([]);
  });
});

const WHY = { reason: 'test' };
const NOTHING = { applied: 0, failed: 0 };
