import { appendTo, useLog } from './use-log';

describe('a parked stream of more than a page', () => {
  const log = useLog();

  it.each(['retry', 'discard'] as const)(
    'is gone through as a whole by a %s of its first letter',
    async (how) => {
      let fixed = false;
      log.fault.now = ({ streamId, version }) => {
        if (streamId === 'X' && version === 1 && !fixed) throw new Error('first');
      };
      const app = await log.start({ onError: 'park-stream', retry: { attempts: 1 } });
      await appendTo(app, 'X', 251);
      await app.projections.waitFor('log', await appendTo(app, 'Y'));
      const letters = await app.projections.deadLetters('log');
      expect(letters).toHaveLength(251);
      const ids = [letters[0]!.id];
      fixed = true;
      if (how === 'retry')
        expect(await app.projections.retryDeadLetters('log', { ids })).toEqual({ applied: 251, failed: 0 });
      else expect(await app.projections.discardDeadLetters('log', { ids, reason: 'test' })).toBe(1);
      expect(await app.projections.deadLetters('log')).toEqual([]);

      await app.projections.waitFor('log', await appendTo(app, 'X'));
      const applied = Array.from({ length: 252 }, (_, n) => n + 1);
      expect(await log.versionsOf('X')).toEqual(how === 'retry' ? applied : applied.slice(1));
    },
  );
});
