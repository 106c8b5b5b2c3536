import { type ProjectionType, WaitsForItselfError } from 'nestjs-projections';
import { useLog } from '../failures/use-log';
import type { TestApp } from '../support/app';
import { Deferred } from '../support/deferred';
import { happened } from '../support/store';

const waitForAnother = async ({ store, projections }: TestApp) =>
  projections.waitFor('log', await store.append('other', [happened()]), { timeoutMs: 60_000 });
const waitForFirst = ({ projections }: TestApp) => projections.waitFor('log', 1n, { timeoutMs: 60_000 });

describe('a projection that is asked for what it does itself', () => {
  const log = useLog();

  /** What `ask` comes to in the handler of the first event of the stream, or in its effect. */
  const askIn = async (
    where: 'handler' | 'effect',
    ask: (app: TestApp) => unknown,
    type?: ProjectionType,
  ): Promise<unknown> => {
    const asked = new Deferred();
    let outcome: unknown;
    const attempt = async () => {
      outcome = await Promise.resolve(ask(app)).then(
        () => 'resolved',
        (error: unknown) => error,
      );
      asked.release();
    };
    log.fault.now = ({ version, streamId }, { afterCommit }) => {
      if (version !== 1 || streamId !== 's') return undefined;
      return where === 'handler' ? attempt() : afterCommit(attempt);
    };
    const app = await log.start({ onError: 'dead-letter', type });
    const position = await app.store.append('s', [happened()]);
    await asked.released;
    await app.projections.waitFor('log', position);
    return outcome;
  };

  it.each([
    ['handler', 'waitFor', waitForAnother],
    ['effect', 'waitFor', waitForAnother],
    [
      'effect',
      'catchUp',
      async ({ store, projections }: TestApp) => {
        await store.append('other', [happened()]);
        await projections.catchUp('log');
      },
    ],
    ['effect', 'retryDeadLetters', ({ projections }: TestApp) => projections.retryDeadLetters('log')],
    [
      'handler',
      'discardDeadLetters',
      ({ projections }: TestApp) => projections.discardDeadLetters('log', { reason: 'test' }),
    ],
    ['effect', 'skip', ({ projections }: TestApp) => projections.skip('log', 1n, 'test')],
  ] as const)('in its %s: %s is refused at once, and it goes on', async (where, _, ask) => {
    expect(await askIn(where, ask)).toBeInstanceOf(WaitsForItselfError);
  });

  it('is refused in the transaction of an append, too', async () => {
    expect(await askIn('handler', waitForFirst, 'inline')).toBeInstanceOf(WaitsForItselfError);
  });

  it('shows to an effect what it has applied', async () => {
    expect(await askIn('effect', waitForFirst)).toBe('resolved');
  });

  it('is waited for by an effect that nobody waits for', async () => {
    let later: Promise<void> | undefined;
    const ask = (app: TestApp) => {
      later = waitForAnother(app);
    };
    expect(await askIn('effect', ask)).toBe('resolved');
    await later;
    expect(await log.versionsOf('other')).toEqual([1]);
  });
});
