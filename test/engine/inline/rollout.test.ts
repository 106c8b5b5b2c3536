import type { TestApp } from '../../support/app';
import { Deferred } from '../../support/deferred';
import { eventually } from '../../support/eventually';
import { happened } from '../../support/store';
import { inlineLog, useInline } from './use-inline';

const byNumber = (a: number, b: number) => a - b;
const append = async ({ store }: TestApp) => (await store.append('s', [happened()])).globalPosition;
const inTransaction = ({ dataSource, store }: TestApp) =>
  dataSource.transaction((manager) => store.append('s', [happened()], { manager }));
const hindranceOf = async ({ projections }: TestApp) => (await projections.status())[0]!.notInline;

describe('an inline projection that only some instances provide', () => {
  const inline = useInline();

  const tryAgain = () =>
    inline.database.query(`UPDATE projection_inline_marks SET left_out_at = now() - interval '1 hour'`);

  const handedOverInTheEnd = async () => {
    await tryAgain();
    await inline.handedOver();
  };

  it('is rolled out beside instances of the former code, whose events it applies, too', async () => {
    const former = await inline.start([]);
    await append(former);
    const later = await inline.start([inlineLog()]);
    await inline.handedOver();

    const passing = await append(former);
    await later.projections.waitFor('log', passing);
    expect(await inline.positions()).toEqual([1, 2]);
    for (const app of [later, former]) await later.projections.waitFor('log', await append(app));
    expect(await inline.positions()).toEqual([1, 2, 3, 4]);
    await eventually(async () => expect(await hindranceOf(later)).toContain('does not provide it'));
    expect(await inline.isHandedOver()).toBe(false);

    await inline.close(former);
    await handedOverInTheEnd();
    await append(later);
    expect(await inline.positions()).toEqual([1, 2, 3, 4, 5]);
    expect(await hindranceOf(later)).toBeUndefined();
  });

  it('goes there and back beside appends of both, and applies each event once', async () => {
    const former = await inline.start([]);
    const later = await inline.start([inlineLog()]);
    await inline.handedOver();
    const running = { on: true };
    const last = new Map<number, bigint>();
    const writers = [former, later, former, later].map(async ({ store }, n) => {
      for (let count = 1; running.on; count++) {
        const { globalPosition } = await store.append(`s-${n}`, [happened()]);
        last.set(n, globalPosition);
        // Appends that the loop cannot keep up with would never let it hand over.
        if (count % 25 === 0) await later.projections.waitFor('log', globalPosition, { timeoutMs: 60_000 });
      }
    });
    for (let n = 0; n < 5; n++) {
      await eventually(async () => expect(await inline.isHandedOver()).toBe(false));
      await tryAgain();
      const marks = 'SELECT FROM projection_inline_marks WHERE left_out_at > now() - interval $$1 minute$$';
      await eventually(async () => expect(await inline.database.query(marks)).toHaveLength(1));
    }
    running.on = false;
    await Promise.all(writers);
    for (const position of last.values()) await later.projections.waitFor('log', position);
    await handedOverInTheEnd();
    const events = await inline.database.query<{ position: number }>(
      'SELECT global_position::int AS position FROM events ORDER BY 1',
    );
    expect((await inline.positions()).toSorted(byNumber)).toEqual(events.map(({ position }) => position));
  });

  it('misses nothing that is appended after a roll-back', async () => {
    const later = await inline.start([inlineLog()]);
    await inline.handedOver();
    await append(later);
    await inline.close(later);
    const former = await inline.start([]);
    await append(former);
    await append(former);
    expect(await inline.positions()).toEqual([1]);

    const again = await inline.start([inlineLog()]);
    await again.projections.waitFor('log', 3n);
    expect(await inline.positions()).toEqual([1, 2, 3]);
  });

  it('is not handed over while an append of the former code is open that came first', async () => {
    const former = await inline.start([]);
    const appended = new Deferred();
    const mayEnd = new Deferred();
    const open = former.dataSource.transaction(async (manager) => {
      await former.store.append('open', [happened()], { manager });
      appended.release();
      await mayEnd.released;
    });
    await appended.released;
    const later = await inline.start([inlineLog()]);
    await append(later);
    await eventually(async () => expect(await hindranceOf(later)).toContain('under way'));
    expect(await inline.isHandedOver()).toBe(false);
    mayEnd.release();
    await open;
    await inline.handedOver();
    expect((await inline.positions()).toSorted(byNumber)).toEqual([1, 2]);
  });

  it('refuses an append by a snapshot that is older than the hand-over', async () => {
    const former = await inline.start([]);
    const later = await inline.start([inlineLog()]);
    await inline.handedOver();
    await later.projections.pause('log');
    const transaction = former.dataSource.transaction('REPEATABLE READ', async (manager) => {
      await manager.query('SELECT FROM events');
      await later.projections.resume('log');
      await inline.handedOver();
      await former.store.append('s', [happened()], { manager });
    });
    await expect(transaction).rejects.toMatchObject({ code: '40001' });
  });

  it('lets an append of the former code in a transaction pass, and refuses it where no connection is left', async () => {
    const later = await inline.start([inlineLog()]);
    await inline.handedOver();
    await inTransaction(await inline.start([]));
    await handedOverInTheEnd();

    const narrow = await inline.start([], { poolSize: 1 });
    await expect(inTransaction(narrow)).rejects.toMatchObject({ name: 'InlineBusyError' });
    await eventually(async () => expect(await inline.isHandedOver()).toBe(false));
    const { globalPosition } = await inTransaction(narrow);
    await later.projections.waitFor('log', globalPosition);
    expect((await inline.positions()).at(-1)).toBe(Number(globalPosition));
  });

  it('costs appends no lock once no instance provides it', async () => {
    const later = await inline.start([inlineLog()]);
    await inline.handedOver();
    await inline.close(later);
    const former = await inline.start([]);
    await append(former);
    const mark = 'SELECT by_appends, left_out_at, xmin, xmax FROM projection_inline_marks';
    const before = await inline.database.query(mark);
    expect(before).toMatchObject([{ by_appends: false }]);
    await append(former);
    expect(await inline.database.query(mark)).toEqual(before);
  });
});
