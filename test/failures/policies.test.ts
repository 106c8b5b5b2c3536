import { startApp, type TestApp } from '../support/app';
import { logProjection } from './log-projection';
import { appendTo, statusOf, useLog } from './use-log';

const NOW = { minMs: 1, maxMs: 1 };

describe('failure policies', () => {
  const log = useLog();
  let app: TestApp;
  afterEach(() => app.close());

  it('are the module’s where the projection does not say, and its own where it does', async () => {
    const attempts: number[] = [];
    log.fault.now = ({ version }, { attempt }) => {
      if (version !== 2) return;
      attempts.push(attempt);
      throw new Error('two');
    };
    const own = { now: log.fault.now };
    app = await startApp(log.database.url, {
      projections: [
        logProjection(undefined, log.fault, {
          name: 'inherits',
          retry: undefined,
          maxDeadLetters: undefined,
        }),
        logProjection('stop', own, { name: 'overrides', retry: { attempts: 1 } }),
      ],
      options: { onError: 'dead-letter', retry: { attempts: 4, backoff: NOW } },
    });
    const position = await appendTo(app, 'X', 3);
    await app.projections.waitFor('inherits', position);
    await expect(app.projections.waitFor('overrides', position)).rejects.toThrow('two');

    expect(attempts.toSorted((a, b) => a - b)).toEqual([1, 1, 2, 3, 4]);
    expect(await app.projections.deadLetters('inherits')).toMatchObject([
      { attempts: 4, event: { version: 2 } },
    ]);
    expect(await app.projections.deadLetters('overrides')).toEqual([]);
    expect(await statusOf(app, 'inherits')).toMatchObject({ state: 'running', deadLetters: 1 });
    expect(await statusOf(app, 'overrides')).toMatchObject({ state: 'stopped', position: 1n });
  });

  it('stop a projection with too many dead letters, by the limit of the module or its own', async () => {
    log.fault.now = () => {
      throw new Error('always');
    };
    const retry = { attempts: 1 };
    app = await startApp(log.database.url, {
      projections: [
        logProjection('dead-letter', log.fault, { name: 'three', retry }),
        logProjection('park-stream', log.fault, { name: 'one', retry, maxDeadLetters: 1 }),
      ],
      options: { maxDeadLetters: 3 },
    });
    for (const stream of ['A', 'B', 'C', 'D', 'E']) await appendTo(app, stream);
    await expect(app.projections.waitFor('three', 5n)).rejects.toThrow('has 3 failed dead letters already');
    await expect(app.projections.waitFor('one', 5n)).rejects.toThrow('has 1 failed dead letters already');

    expect(await statusOf(app, 'three')).toMatchObject({
      state: 'stopped',
      position: 3n,
      deadLetters: 3,
      error: {
        name: 'TooManyDeadLettersError',
        position: 4n,
        message: expect.stringMatching(
          /"three".*maxDeadLetters.*Next:.*position 4 \(stream "D", version 1\)/,
        ) as string,
      },
    });

    log.fault.now = () => undefined;
    await app.projections.resume('three');
    await app.projections.waitFor('three', 5n);
    expect(await app.projections.deadLetters('three')).toHaveLength(3);
  });
});
