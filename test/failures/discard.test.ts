import { appendTo, useLog } from './use-log';

describe('discarding from a parked stream', () => {
  const log = useLog();

  it('leaves what stands behind a failed event where it is', async () => {
    log.fault.now = ({ version }) => {
      if (version === 1) throw new Error('one');
    };
    const app = await log.start({ onError: 'park-stream' });
    await app.projections.waitFor('log', await appendTo(app, 'X', 3));
    const [first, second, third] = await app.projections.deadLetters('log');
    expect(await app.projections.discardDeadLetters('log', { ids: [second!.id], reason: 'test' })).toBe(1);
    expect(await app.projections.deadLetters('log')).toEqual([first, third]);
    expect(await log.versionsOf('X')).toEqual([]);
  });

  it('releases, at the next discard, what a crash left waiting for nobody', async () => {
    log.fault.now = ({ version }) => {
      if (version === 1) throw new Error('one');
    };
    const app = await log.start({ onError: 'park-stream' });
    await app.projections.waitFor('log', await appendTo(app, 'X', 3));
    // As a process leaves it that dies between the removal and the release.
    await log.database.query(`DELETE FROM projection_dead_letters WHERE state = 'failed'`);
    expect(
      await app.projections.discardDeadLetters('log', { ids: ['0'], reason: 'the same order again' }),
    ).toBe(0);
    expect(await log.versionsOf('X')).toEqual([2, 3]);
    expect(await app.projections.deadLetters('log')).toEqual([]);
  });

  it.each(['', '  ', undefined as unknown as string])('needs a reason, not %p', async (reason) => {
    const app = await log.start();
    await expect(app.projections.discardDeadLetters('log', { reason })).rejects.toThrow(
      /"log".*needs a reason/,
    );
  });
});
