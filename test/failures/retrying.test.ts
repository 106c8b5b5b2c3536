import { Logger } from '@nestjs/common';
import { ProjectionHealthIndicator } from 'nestjs-projections';
import { backoffMs } from '../../src/engine/failures/backoff';
import { segmentOfKey } from '../../src/engine/reading/segment-filter';
import { eventually } from '../support/eventually';
import { appendTo, statusOf, useLog } from './use-log';

// The longest wait that may be drawn, so that a test knows it.
jest.mock('../../src/engine/failures/backoff', () => {
  const real = jest.requireActual<typeof import('../../src/engine/failures/backoff')>(
    '../../src/engine/failures/backoff',
  );
  return {
    backoffMs: jest.fn((...[backoff, failures]: Parameters<typeof backoffMs>) =>
      real.backoffMs(backoff, failures, () => 1),
    ),
  };
});

const RAISE = (code: string) => `DO $$ BEGIN RAISE EXCEPTION 'it passes' USING ERRCODE = '${code}'; END $$`;

const keyInSegment = (wanted: number) =>
  ['a', 'b', 'c', 'd', 'e', 'f'].find((key) => segmentOfKey(key, 2) === wanted)!;

const waits = () => jest.mocked(backoffMs).mock.results.map(({ value }) => value as number);

describe('a transient error', () => {
  const log = useLog();

  beforeEach(() => jest.mocked(backoffMs).mockClear());

  it('twice, then success: waits as configured, no dead letter, applied once', async () => {
    const attempts: number[] = [];
    log.fault.now = async ({ version }, { manager, attempt }) => {
      if (version !== 2) return;
      attempts.push(attempt);
      if (attempts.length === 1) await manager.query(RAISE('40001'));
      if (attempts.length === 2) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    };
    // One try of an event: what passes by itself does not count as one.
    const retry = { attempts: 1, backoff: { minMs: 20, maxMs: 30 } };
    const app = await log.start({ onError: 'dead-letter', retry });
    await app.projections.waitFor('log', await appendTo(app, 'X', 3));

    expect(waits()).toEqual([20, 30]);
    expect(attempts).toEqual([1, 2, 3]);
    expect(await log.versionsOf('X')).toEqual([1, 2, 3]);
    expect(await app.projections.deadLetters('log')).toEqual([]);
    expect(await statusOf(app)).toMatchObject({ state: 'running', error: undefined });
  });

  it('begins with the short waits again after a success', async () => {
    const failed = new Set<number>();
    log.fault.now = ({ version }) => {
      if (failed.has(version)) return;
      failed.add(version);
      throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    };
    const app = await log.start({ batchSize: 1, retry: { backoff: { minMs: 1, maxMs: 1000 } } });
    await app.projections.waitFor('log', await appendTo(app, 'X', 3));
    expect(waits()).toEqual([1, 1, 1]);
  });

  it('goes on counting where the way to it leads past events of other segments', async () => {
    const attempts: number[] = [];
    log.fault.now = ({ version }, { attempt }) => {
      if (version !== 5) return;
      attempts.push(attempt);
      if (attempt < 4) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    };
    const app = await log.start({
      segments: 2,
      segmentBy: ({ version }) => keyInSegment(version === 5 ? 1 : 0),
      // Pages of two events: some of them have none for the segment of the fifth event.
      batchSize: 1,
      retry: { backoff: { minMs: 1, maxMs: 1 } },
    });
    await app.projections.waitFor('log', await appendTo(app, 'X', 5));
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  it('shows in status and health while it lasts, with what failed and that nobody need act', async () => {
    log.fault.now = (_, { manager }) => manager.query(RAISE('40P01'));
    const app = await log.start({ retry: { backoff: { minMs: 600_000, maxMs: 600_000 } } });
    await appendTo(app, 'X');
    await eventually(async () => expect((await statusOf(app)).state).toBe('retrying'));

    const message = expect.stringMatching(
      /"log".* Happened at position 1 \(stream "X", version 1\).*it passes.*Next: nothing/,
    ) as string;
    expect(await statusOf(app)).toMatchObject({ state: 'retrying', position: 0n, error: { message } });
    const health = await app.get(ProjectionHealthIndicator).isHealthy('projections');
    expect(health.projections).toMatchObject({
      projections: { log: { state: 'retrying', lastError: message } },
    });
  });

  it('is also what the application says is one', async () => {
    class SearchDown extends Error {}
    let down = true;
    log.fault.now = () => {
      if (down) throw new SearchDown('search is down');
    };
    const isTransient = (error: unknown) => error instanceof SearchDown;
    const app = await log.start(
      { onError: 'stop', retry: { attempts: 1, backoff: { minMs: 1, maxMs: 2 } } },
      { isTransient },
    );
    const position = await appendTo(app, 'X');
    await eventually(() => expect(waits().length).toBeGreaterThan(2));
    down = false;
    await app.projections.waitFor('log', position);
    expect(await log.versionsOf('X')).toEqual([1]);
  });
});

describe('an event that is to blame itself', () => {
  const log = useLog();
  afterEach(() => jest.restoreAllMocks());

  it('shows in every instance from its first retry on, and no longer once it is through', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    let tries = 0;
    let bad = true;
    log.fault.now = () => {
      tries++;
      if (bad) throw new Error('the order has no customer');
    };
    const retry = { attempts: 10_000, backoff: { minMs: 1, maxMs: 1 } };
    const worker = await log.start({ onError: 'stop', retry });
    const web = await log.start({ onError: 'stop', retry }, { run: false });
    const position = await appendTo(worker, 'X');

    const message = expect.stringMatching(
      /"log" waits to try .*at position 1 .*no customer.*tried 10000 times.*fix the handler or the data/,
    ) as string;
    for (const app of [worker, web])
      await eventually(async () =>
        expect(await statusOf(app)).toMatchObject({ state: 'retrying', position: 0n, error: { message } }),
      );
    const health = await web.get(ProjectionHealthIndicator).isHealthy('projections');
    expect(health.projections).toMatchObject({
      status: 'down',
      projections: { log: { lastError: message } },
    });
    await expect(web.projections.waitFor('log', position, { timeoutMs: 1 })).rejects.toThrow(
      /it is retrying: .*no customer/,
    );
    await eventually(() => expect(tries).toBeGreaterThan(20));
    expect(warn.mock.calls.filter(([text]) => /no customer/.test(String(text)))).toHaveLength(1);

    bad = false;
    for (const app of [worker, web]) {
      await app.projections.waitFor('log', position);
      await eventually(async () =>
        expect(await statusOf(app)).toMatchObject({ state: 'running', error: undefined }),
      );
    }
  });

  it('is paused between two tries', async () => {
    log.fault.now = () => {
      throw new Error('bad');
    };
    const app = await log.start({ retry: { attempts: 2, backoff: { minMs: 600_000, maxMs: 600_000 } } });
    await appendTo(app, 'X');
    await eventually(async () => expect((await statusOf(app)).state).toBe('retrying'));
    await app.projections.pause('log');
    await eventually(async () =>
      expect(await statusOf(app)).toMatchObject({ state: 'paused', error: undefined }),
    );
  });
});
