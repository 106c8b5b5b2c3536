import { Deferred } from '../support/deferred';
import { appendTo, statusOf, useLog } from './use-log';

describe('retrying a parked stream', () => {
  const log = useLog();

  it('ends at what fails again, then goes through it all with a new event arriving meanwhile', async () => {
    let bad = new Map([[1, 'first cause']]);
    log.fault.now = ({ streamId, version }) => {
      const cause = streamId === 'X' && bad.get(version);
      if (cause) throw new Error(cause);
    };
    const app = await log.start({ onError: 'park-stream' });
    await app.projections.waitFor('log', await appendTo(app, 'X', 3));
    const [, second, third] = await app.projections.deadLetters('log');

    bad = new Map([[2, 'second cause']]);
    expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 1, failed: 1 });
    const after = await app.projections.deadLetters('log');
    expect(after).toMatchObject([{ id: second!.id, state: 'failed', attempts: 2 }, third!]);
    expect(after[0]!.errorMessage).toContain('second cause');
    expect(after[1]).toEqual(third);
    expect(await log.versionsOf('X')).toEqual([1]);

    bad = new Map([[2, 'third cause']]);
    expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 0, failed: 1 });
    const [again] = await app.projections.deadLetters('log');
    expect(again).toMatchObject({ attempts: 3, firstFailedAt: after[0]!.firstFailedAt });
    expect(again!.errorMessage).toContain('third cause');

    const [reached, hold] = [new Deferred(), new Deferred()];
    log.fault.now = async ({ version }) => {
      if (version !== 2) return;
      reached.release();
      await hold.released;
    };
    const retry = app.projections.retryDeadLetters('log');
    await reached.released;
    const fourth = await appendTo(app, 'X');
    hold.release();
    expect(await retry).toEqual({ applied: 2, failed: 0 });
    await app.projections.waitFor('log', fourth);
    expect(await log.versionsOf('X')).toEqual([1, 2, 3, 4]);
    expect(await statusOf(app)).toMatchObject({ deadLetters: 0 });
    expect(await app.projections.deadLetters('log')).toEqual([]);
  });

  it('keeps a new event behind the stream when the retry fails meanwhile', async () => {
    let [reached, hold] = [new Deferred(), new Deferred()];
    log.fault.now = () => {
      throw new Error('first');
    };
    const app = await log.start({ onError: 'park-stream' });
    await app.projections.waitFor('log', await appendTo(app, 'X', 2));
    log.fault.now = async () => {
      reached.release();
      await hold.released;
      throw new Error('second');
    };
    const retry = app.projections.retryDeadLetters('log');
    await reached.released;
    const third = await appendTo(app, 'X');
    hold.release();
    expect(await retry).toEqual({ applied: 0, failed: 1 });
    await app.projections.waitFor('log', third);
    const letters = await app.projections.deadLetters('log');
    expect(letters.map(({ event, state }) => [event.version, state])).toEqual([
      [1, 'failed'],
      [2, 'waiting'],
      [3, 'waiting'],
    ]);
    expect(await log.versionsOf('X')).toEqual([]);
  });

  it('waits out what passes by itself instead of counting it as a failure', async () => {
    let bad = true;
    log.fault.now = () => {
      if (bad) throw new Error('bad');
    };
    const app = await log.start({
      onError: 'dead-letter',
      retry: { attempts: 1, backoff: { minMs: 1, maxMs: 1 } },
    });
    await app.projections.waitFor('log', await appendTo(app, 'X'));
    bad = false;
    let lost = 0;
    log.fault.now = () => {
      if (lost++ < 2) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    };
    expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 1, failed: 0 });
    expect(await log.versionsOf('X')).toEqual([1]);
  });
});
