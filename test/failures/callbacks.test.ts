import { Logger } from '@nestjs/common';
import type { ProjectionOptions, RecordedEvent } from 'nestjs-projections';
import { eventually } from '../support/eventually';
import { appendTo, statusOf, useLog } from './use-log';

const NOW = { minMs: 1, maxMs: 2 };

const key = (give: (event: RecordedEvent) => unknown) => give as NonNullable<ProjectionOptions['parkBy']>;

describe('a function of the projection that throws or gives nonsense', () => {
  const log = useLog();
  const bad = new Set<number>();

  beforeEach(() => {
    bad.clear();
    log.fault.now = ({ version }) => {
      if (bad.has(version)) throw new Error('bad');
    };
  });
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['a number', 17],
    ['a bigint', 17n],
    ['zero', 0],
    ['an empty text', ''],
  ])('parkBy may give %s, and later events of the key wait', async (_what, customer) => {
    bad.add(1);
    const app = await log.start({ onError: 'park-stream', parkBy: key(() => customer) });
    await appendTo(app, 'X');
    await eventually(async () => expect(await app.projections.deadLetters('log')).toHaveLength(1));
    bad.clear();
    await appendTo(app, 'Y');
    await eventually(async () =>
      expect(await app.projections.deadLetters('log')).toMatchObject([
        { state: 'failed', parkedBy: String(customer) },
        { state: 'waiting', parkedBy: String(customer) },
      ]),
    );
    expect(await log.versionsOf('Y')).toEqual([]);
  });

  it('isTransient cannot change the event, of which others get copies', async () => {
    let seen: unknown;
    log.fault.now = ({ data }, { attempt }) => {
      if (attempt === 1) throw new Error('once');
      seen = data;
    };
    const app = await log.start(
      {},
      {
        isTransient: (error) => {
          const { event } = error as { event?: RecordedEvent };
          if (event) (event.data as { n: unknown }).n = 'changed';
          return false;
        },
      },
    );
    await app.projections.waitFor('log', await appendTo(app, 'X'));
    expect(seen).toEqual({ n: 0 });
  });

  it.each([
    ['throws', () => (undefined as unknown as { id: string }).id],
    ['gives null', () => null],
    ['gives an object', () => ({ id: 1 })],
    ['gives NaN', () => Number.NaN],
    ['gives a promise', () => Promise.resolve('x')],
    ['gives what cannot be stored', () => 'a\0b'],
  ])('parkBy that %s for the event that fails parks its stream, with its own error', async (_what, give) => {
    bad.add(1);
    const app = await log.start({ onError: 'park-stream', parkBy: key(give) });
    await appendTo(app, 'X', 2);
    await eventually(async () =>
      expect(await app.projections.deadLetters('log')).toMatchObject([
        { state: 'failed', parkedBy: 'X', errorMessage: expect.stringContaining('Error: bad') as string },
        {
          state: 'failed',
          parkedBy: 'X',
          errorMessage: expect.stringContaining('in its parkBy on') as string,
        },
      ]),
    );
  });

  it('parkBy that throws is not asked where nothing is parked', async () => {
    const app = await log.start({
      onError: 'park-stream',
      parkBy: key(() => {
        throw new Error('no key');
      }),
    });
    await app.projections.waitFor('log', await appendTo(app, 'X', 2));
    expect(await log.versionsOf('X')).toEqual([1, 2]);
  });

  it.each([
    ['throws', () => (undefined as unknown as { status: number }).status === 503, 'threw TypeError'],
    ['gives a promise', () => Promise.reject(new Error('late')), 'gave a promise'],
    ['gives nothing', () => undefined, 'gave undefined'],
  ])('isTransient that %s has not said yes, and that is told once', async (_what, isTransient, told) => {
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    bad.add(1).add(2);
    const options = { isTransient: isTransient as () => boolean };
    const app = await log.start({ onError: 'dead-letter' }, options);
    await app.projections.waitFor('log', await appendTo(app, 'X', 3)).catch(() => undefined);
    await eventually(async () =>
      expect((await app.projections.deadLetters('log')).map(({ errorMessage }) => errorMessage)).toEqual([
        expect.stringContaining('Error: bad'),
        expect.stringContaining('Error: bad'),
      ]),
    );
    expect(await log.versionsOf('X')).toEqual([3]);
    const tellings = warned.mock.calls.filter(([message]) => String(message).includes('isTransient'));
    expect(tellings).toEqual([[expect.stringContaining(told)]]);
  });

  it.each([
    ['throws', () => (undefined as unknown as { id: string }).id],
    ['gives null', () => null],
  ])('segmentBy that %s is the failure of its event alone', async (_what, give) => {
    const app = await log.start({
      onError: 'dead-letter',
      segments: 2,
      segmentBy: key(({ streamId, version }) => (streamId === 'X' && version === 2 ? give() : streamId)),
    });
    await appendTo(app, 'X', 3);
    await appendTo(app, 'Y', 2);
    await eventually(async () => {
      expect(await log.versionsOf('X')).toEqual([1, 3]);
      expect(await log.versionsOf('Y')).toEqual([1, 2]);
    });
    expect(await app.projections.deadLetters('log')).toMatchObject([
      { event: { version: 2 }, errorMessage: expect.stringContaining('in its segmentBy on') as string },
    ]);
    expect(await statusOf(app)).toMatchObject({ state: 'running' });
  });

  it('segmentBy may give numbers, which spread events as their texts do', async () => {
    const app = await log.start({ segments: 4, segmentBy: ({ data }) => data.n as number });
    await appendTo(app, 'X', 200);
    await eventually(async () => {
      const [row] = await log.database.query<{ rows: number }>('SELECT count(*)::int AS rows FROM log');
      expect(row!.rows).toBe(400);
    });
    const moved = await log.database.query(
      'SELECT segment FROM projection_checkpoints WHERE position > 150 ORDER BY segment',
    );
    expect(moved).toHaveLength(4);
  });
});

describe('what a handler throws', () => {
  const log = useLog();

  it.each<[string, unknown, string]>([
    ['half of a pair', new Error('cannot take ' + '\u{1F600}'.slice(0, 1)), 'cannot take \uFFFD'],
    ['a NUL', Object.assign(new Error('cannot\0take'), { name: 'A\0B' }), 'A\\0B: cannot\\0take'],
    ['an object', { status: 409, detail: 'taken' }, "{ status: 409, detail: 'taken' }"],
    ['a text', 'taken', 'taken'],
    ['nothing', undefined, 'undefined'],
    ['an error without a message', Object.assign(new AggregateError([]), { code: 'E_TAKEN' }), 'E_TAKEN'],
    ['an error longer than is good', new Error('x'.repeat(1_000_000)), 'xxxx'],
    [
      'an error that cannot be shown',
      Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('no');
        },
      }),
      'an error that cannot be shown',
    ],
  ])('stops the projection, and is a dead letter, if it is %s', async (_what, thrown, said) => {
    log.fault.now = () => {
      throw thrown;
    };
    const stops = await log.start({ retry: { attempts: 2, backoff: NOW } });
    await appendTo(stops, 'X');
    await eventually(async () => expect(await statusOf(stops)).toMatchObject({ state: 'stopped' }));
    const { error } = await statusOf(stops);
    expect(error!.message).toContain(said);
    expect(error!.message).toMatch(/^Projection "log" failed in any\(\)/);
    await stops.close();

    await log.database.query(`UPDATE projection_states SET state = 'running', failure = NULL`);
    const sets = await log.start({ onError: 'dead-letter', retry: { attempts: 1, backoff: NOW } });
    await eventually(async () => expect(await sets.projections.deadLetters('log')).toHaveLength(1));
    const [letter] = await sets.projections.deadLetters('log');
    expect(letter!.errorMessage).toContain(said);
    expect(letter!.errorMessage).not.toMatch(/resume|skip/);
  });
});
