import { useLog } from './use-log';

describe('parkBy', () => {
  const log = useLog();

  it('parks together what belongs together, whatever the stream', async () => {
    let ok = false;
    log.fault.now = ({ streamId, data }) => {
      if (streamId === 'order-1' && data.customer === 'ann' && !ok) throw new Error('ann');
    };
    const app = await log.start({ onError: 'park-stream', parkBy: ({ data }) => data.customer as string });
    const append = (stream: string, customer: string) =>
      app.store.append(stream, [{ type: 'Happened', data: { customer } }]);
    await append('order-1', 'ann');
    await append('order-2', 'bob');
    await append('order-3', 'ann');
    await append('order-1', 'bob');
    await app.projections.waitFor('log', 4n);

    const letters = await app.projections.deadLetters('log');
    expect(letters).toMatchObject([
      { state: 'failed', parkedBy: 'ann', event: { streamId: 'order-1', version: 1 } },
      { state: 'waiting', parkedBy: 'ann', event: { streamId: 'order-3', version: 1 } },
    ]);
    expect(await log.versionsOf('order-1')).toEqual([2]);
    expect(await log.versionsOf('order-2')).toEqual([1]);

    ok = true;
    expect(await app.projections.retryDeadLetters('log', { streamId: 'order-3' })).toEqual({
      applied: 2,
      failed: 0,
    });
    expect(await log.versionsOf('order-1')).toEqual([2, 1]);
    expect(await log.versionsOf('order-3')).toEqual([1]);
  });

  it('lets what waited go when the failed event of another stream is discarded', async () => {
    log.fault.now = ({ streamId }) => {
      if (streamId === 'order-1') throw new Error('one');
    };
    const app = await log.start({ onError: 'park-stream', parkBy: () => 'all' });
    await app.store.append('order-1', [{ type: 'Happened', data: {} }]);
    await app.store.append('order-2', [{ type: 'Happened', data: {} }]);
    await app.projections.waitFor('log', 2n);
    expect(await app.projections.discardDeadLetters('log', { streamId: 'order-1', reason: 'test' })).toBe(1);
    expect(await log.versionsOf('order-2')).toEqual([1]);
    expect(await app.projections.deadLetters('log')).toEqual([]);
  });
});
