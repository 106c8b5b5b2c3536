import { appendTo, statusOf, useLog } from './use-log';

describe('dead-letter', () => {
  const log = useLog();

  it('stores the event with all about its failure, and goes on with the same stream', async () => {
    let ok = false;
    log.fault.now = ({ version }) => {
      if (version === 2 && !ok) throw new TypeError('no customer\0');
    };
    const app = await log.start({ onError: 'dead-letter' });
    await app.projections.waitFor('log', await appendTo(app, 'X', 4));
    expect(await log.versionsOf('X')).toEqual([1, 3, 4]);

    const [letter, ...others] = await app.projections.deadLetters('log');
    const [stored] = await app.store.readStream('X', { fromVersion: 2, limit: 1 });
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      projection: 'log',
      segment: 0,
      state: 'failed',
      parkedBy: undefined,
      event: stored,
      errorClass: 'TypeError',
      errorMessage: expect.stringMatching(
        /"log" failed in any\(\) on Happened at position 2 \(stream "X", version 2\): TypeError: no customer\\0\..*Next:/,
      ) as string,
      errorStack: expect.stringContaining('dead-letter.test') as string,
      attempts: 2,
      instance: (await statusOf(app)).owners[0],
    });
    expect(letter!.firstFailedAt).toEqual(letter!.lastFailedAt);

    await expect(app.projections.retryDeadLetters('log')).resolves.toEqual({ applied: 0, failed: 1 });
    const [again] = await app.projections.deadLetters('log');
    expect(again).toMatchObject({ id: letter!.id, attempts: 3, firstFailedAt: letter!.firstFailedAt });
    expect(again!.lastFailedAt!.getTime()).toBeGreaterThan(letter!.lastFailedAt!.getTime());

    ok = true;
    await expect(app.projections.retryDeadLetters('log')).resolves.toEqual({ applied: 1, failed: 0 });
    expect(await log.versionsOf('X')).toEqual([1, 3, 4, 2]);
    expect(await statusOf(app)).toMatchObject({ state: 'running', deadLetters: 0 });
  });

  it('sets aside each bad event of a batch, also the first, the last and neighbours', async () => {
    const bad = new Set([1, 4, 5, 9]);
    log.fault.now = async ({ version }, { manager }) => {
      if (bad.has(version)) await manager.query(`SELECT 'x'::int`);
    };
    const app = await log.start({ onError: 'dead-letter' });
    await app.projections.waitFor('log', await appendTo(app, 'X', 9));
    expect(await log.versionsOf('X')).toEqual([2, 3, 6, 7, 8]);
    expect((await app.projections.deadLetters('log')).map(({ event }) => event.version)).toEqual([...bad]);
  });

  it('retries and discards only what the filter means', async () => {
    let ok = false;
    log.fault.now = () => {
      if (!ok) throw new Error('bad');
    };
    const app = await log.start({ onError: 'dead-letter' });
    for (const stream of ['A', 'B', 'C']) await appendTo(app, stream);
    await app.store.append('D', [{ type: 'Other', data: {} }]);
    await app.projections.waitFor('log', 4n);
    ok = true;
    expect(await app.projections.retryDeadLetters('log', { streamId: 'B' })).toEqual({
      applied: 1,
      failed: 0,
    });
    expect(
      await app.projections.discardDeadLetters('log', { type: 'Other', reason: 'noise', by: 'ops' }),
    ).toBe(1);
    const left = await app.projections.deadLetters('log');
    expect(left.map(({ event }) => event.streamId)).toEqual(['A', 'C']);
    expect(await app.projections.deadLetters('log', { ids: [left[1]!.id] })).toEqual([left[1]]);
    expect(await log.versionsOf('B')).toEqual([1]);

    const audit = await log.database.query(
      'SELECT action, actor, reason, details FROM projection_audit ORDER BY id',
    );
    expect(audit).toMatchObject([
      { action: 'retry' },
      {
        action: 'discard',
        actor: 'ops',
        reason: 'noise',
        details: { events: [{ position: '4', streamId: 'D', type: 'Other' }] },
      },
    ]);
  });
});
