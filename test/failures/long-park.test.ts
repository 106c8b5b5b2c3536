import type { TestApp } from '../support/app';
import { appendTo, useLog } from './use-log';

const retry = async ({ projections }: TestApp, ids: string[]) =>
  (await projections.retryDeadLetters('log', { ids })).applied;

const discard = ({ projections }: TestApp, ids: string[]) =>
  projections.discardDeadLetters('log', { ids, reason: 'test' });

describe('a parked stream of more than a page', () => {
  const log = useLog();

  it.each([
    ['a retry', retry, 251, 1],
    ['a discard', discard, 1, 2],
  ])('is gone through as a whole by %s of its first letter', async (_how, act, outcome, first) => {
    let fixed = false;
    log.fault.now = ({ streamId, version }) => {
      if (streamId === 'X' && version === 1 && !fixed) throw new Error('first');
    };
    const app = await log.start({ onError: 'park-stream', retry: { attempts: 1 } });
    await appendTo(app, 'X', 251);
    await app.projections.waitFor('log', await appendTo(app, 'Y'));
    const letters = await app.projections.deadLetters('log');
    expect(letters).toHaveLength(251);
    fixed = true;
    expect(await act(app, [letters[0]!.id])).toBe(outcome);
    expect(await app.projections.deadLetters('log')).toEqual([]);

    await app.projections.waitFor('log', await appendTo(app, 'X'));
    expect(await log.versionsOf('X')).toEqual(Array.from({ length: 253 - first }, (_, n) => first + n));
  });
});
