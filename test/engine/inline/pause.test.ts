import { happened } from '../../support/store';
import { inlineLog, useInline } from './use-inline';

const byNumber = (a: number, b: number) => a - b;

describe('a paused inline projection', () => {
  const inline = useInline();

  const resumed = async (app: Awaited<ReturnType<typeof inline.start>>) => {
    await app.projections.resume('log');
    await inline.handedOver();
  };

  it('applies nothing, in no instance, and after resume each event once and in order', async () => {
    const app = await inline.start([inlineLog()]);
    const other = await inline.start([inlineLog()], { options: { run: false } });
    await inline.handedOver();
    await app.store.append('s', [happened(), happened()]);
    await app.projections.pause('log');
    for (const { store } of [other, app]) await store.append('s', [happened()]);
    expect(await inline.positions()).toEqual([1, 2]);
    expect(await app.projections.status()).toMatchObject([{ state: 'paused', lag: { events: 2 } }]);

    await resumed(app);
    await other.store.append('s', [happened()]);
    expect(await inline.positions()).toEqual([1, 2, 3, 4, 5]);
  });

  it('stays so over a restart', async () => {
    const app = await inline.start([inlineLog()]);
    await inline.handedOver();
    await app.projections.pause('log');
    await inline.close(app);
    const again = await inline.start([inlineLog()]);
    await again.store.append('s', [happened()]);
    expect(await inline.positions()).toEqual([]);
    await resumed(again);
    expect(await inline.positions()).toEqual([1]);
  });

  it('is so once the appends under way have ended, whose events they apply', async () => {
    const app = await inline.start([inlineLog()]);
    await inline.handedOver();
    let paused: Promise<void> | undefined;
    await app.dataSource.transaction(async (manager) => {
      await app.store.append('s', [happened()], { manager });
      paused = app.projections.pause('log');
      await app.store.append('t', [happened()]);
      await app.store.append('s', [happened()], { manager });
    });
    await paused;
    await app.store.append('s', [happened()]);
    expect((await inline.positions()).toSorted(byNumber)).toEqual([1, 2, 3]);
    await resumed(app);
    expect((await inline.positions()).toSorted(byNumber)).toEqual([1, 2, 3, 4]);
  });

  it('may be paused and resumed beside appends, and misses none', async () => {
    const app = await inline.start([inlineLog()]);
    await inline.handedOver();
    const running = { on: true };
    const writers = Array.from({ length: 4 }, async (_, n) => {
      while (running.on) await app.store.append(`s-${n}`, [happened()]);
    });
    for (let n = 0; n < 3; n++) {
      await app.projections.pause('log');
      await resumed(app);
    }
    running.on = false;
    await Promise.all(writers);
    const applied = await inline.positions();
    const all = await inline.database.query('SELECT FROM events');
    expect(applied.toSorted(byNumber)).toEqual(all.map((_, at) => at + 1));
  });
});
