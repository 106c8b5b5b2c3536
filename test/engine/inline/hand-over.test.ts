import {
  type EventStore,
  On,
  OnAny,
  Projection,
  type ProjectionContext,
  type RecordedEvent,
} from 'nestjs-projections';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { Deferred } from '../../support/deferred';
import { eventually } from '../../support/eventually';
import { insertEvent } from '../../support/sessions';
import { happened, startStore } from '../../support/store';
import { inlineLog, useInline } from './use-inline';

@Entity('recorded', { synchronize: false })
class RecordedRow {
  @PrimaryGeneratedColumn() serial!: number;
  @Column('bigint') position!: string;
}

const recording = { readModels: [RecordedRow] };
const entities = [RecordedRow];

describe('the hand-over of an inline projection', () => {
  const inline = useInline();

  const writeHistory = async (count: number) => {
    const before = await startStore(inline.database.url);
    await before.store.append(
      'history',
      Array.from({ length: count }, (_, n) => happened(n)),
    );
    await before.close();
  };

  const allPositions = async () => {
    const rows = await inline.database.query<{ position: number }>(
      'SELECT global_position::int AS position FROM events ORDER BY 1',
    );
    return rows.map(({ position }) => position);
  };

  it.each([1, 2, 3])(
    'gets on with more appends in flight than a pool of %s has connections',
    async (poolSize) => {
      await writeHistory(50);
      const app = await inline.start([inlineLog(recording)], { poolSize, entities });
      const running = { on: true };
      const writers = Array.from({ length: 4 * poolSize }, async (_, n) => {
        while (running.on) await app.store.append(`s-${n}`, [happened()]);
      });
      await inline.handedOver();
      if (poolSize > 1) await app.projections.rebuild('log');
      running.on = false;
      await Promise.all(writers);
      await app.store.append('last', [happened()]);
      const applied = await inline.positions();
      expect(applied.toSorted((a, b) => a - b)).toEqual(await allPositions());
      expect(applied.at(-1)).toBe(Math.max(...applied));
    },
  );

  it('does not wait for an append of what it does not handle, and applies what lies behind it', async () => {
    const store = await startStore(inline.database.url);
    const session = await inline.database.connect();
    await session.query('BEGIN');
    await insertEvent(session, 'other', { type: 'Other' });
    await store.store.append('s', [happened(), happened()]);
    await store.close();
    const app = await inline.start([inlineLog({ types: ['Happened'] })]);
    await inline.handedOver();
    expect(await inline.positions()).toEqual([2, 3]);
    await app.store.append('s', [happened()]);
    await session.query('COMMIT');
    await inline.close(app);

    // Others take checkpoints for settled positions: this one must not hide the event that committed late.
    const later = await inline.start([
      inlineLog({ types: ['Happened'] }),
      inlineLog({ name: 'all', type: 'persistent' }),
    ]);
    await later.projections.waitFor('all', 4n);
    expect(await inline.positions('all')).toEqual([1, 2, 3, 4]);
    expect(await inline.positions()).toEqual([2, 3, 4]);
  });

  it('and a rebuild queue for no lock that an open append holds, so that others append meanwhile', async () => {
    const app = await inline.start([inlineLog(recording)], { entities });
    await inline.handedOver();
    const open = app.dataSource.createQueryRunner();
    await open.startTransaction();
    await app.store.append('open', [happened()], { manager: open.manager });
    const rebuilt = app.projections.rebuild('log');
    for (let n = 0; n < 100; n++) {
      await app.store.append(`s-${n}`, [happened()]);
      const queued = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      expect(await open.query(queued)).toEqual([]);
    }
    await open.commitTransaction();
    await open.release();
    await rebuilt;
    expect((await inline.positions()).toSorted((a, b) => a - b)).toEqual(await allPositions());
  });

  it('of a rebuild holds no append up behind a query that reads the tables', async () => {
    const app = await inline.start([inlineLog(recording)], { entities });
    await inline.handedOver();
    const reader = await inline.database.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT FROM recorded');
    const rebuilt = app.projections.rebuild('log');
    for (let n = 0; n < 20; n++) await app.store.append(`s-${n}`, [happened()]);
    await reader.query('COMMIT');
    await rebuilt;
    expect((await inline.positions()).toSorted((a, b) => a - b)).toEqual(await allPositions());
  });

  it('keeps handlers for new events away from the history of a rebuild', async () => {
    @Projection({ name: 'once', type: 'inline', readModels: [RecordedRow] })
    class Once {
      @OnAny({ replay: false })
      async record({ globalPosition }: RecordedEvent, { manager }: ProjectionContext) {
        await manager.query(
          `INSERT INTO recorded (projection, position, stream_id, version, type, replaying) VALUES ('once', $1, '', 1, '', false)`,
          [globalPosition],
        );
      }
    }
    const before = await inline.start([Once], { entities });
    await inline.handedOver();
    await before.store.append('s', [happened(), happened()]);
    expect(await inline.positions('once')).toEqual([1, 2]);
    // A process that has handed nothing over yet tries it at once.
    await inline.close(before);
    const app = await inline.start([Once], { entities });
    await app.projections.rebuild('once');
    expect(await inline.positions('once')).toEqual([]);
    await app.store.append('s', [happened()]);
    expect(await inline.positions('once')).toEqual([3]);
  });

  it.each(['park-stream', 'dead-letter'] as const)('waits for what %s has set aside', async (onError) => {
    const fault = { on: true };
    @Projection({ name: 'log', type: 'inline', onError, retry: { attempts: 1 }, readModels: [RecordedRow] })
    class Failing {
      @On('Happened')
      async record(event: RecordedEvent<{ n: number }>, { manager }: ProjectionContext) {
        if (event.data.n === 13 && fault.on) throw new Error('unlucky');
        await manager.query(
          `INSERT INTO recorded (projection, position, stream_id, version, type, replaying) VALUES ('log', $1, '', 1, '', false)`,
          [event.globalPosition],
        );
      }
    }
    const store = await startStore(inline.database.url);
    await store.store.append('s', [happened(13), happened()]);
    await store.close();
    const app = await inline.start([Failing], { entities });
    await app.projections.waitFor('log', 2n);
    await app.store.append('s', [happened()]);
    const { globalPosition } = await app.store.append('t', [happened()]);
    await app.projections.waitFor('log', globalPosition);
    expect(await inline.positions()).toEqual(onError === 'park-stream' ? [4] : [2, 3, 4]);
    expect(await inline.isHandedOver()).toBe(false);
    // A rebuild is not over any later for that.
    await app.projections.rebuild('log', { timeoutMs: 60_000 });
    expect(await inline.positions()).toEqual(onError === 'park-stream' ? [4] : [2, 3, 4]);
    await eventually(async () =>
      expect(await app.projections.status()).toMatchObject([
        { notInline: expect.stringContaining('set aside') as string },
      ]),
    );

    fault.on = false;
    const outcome = await app.projections.retryDeadLetters('log');
    expect(outcome).toEqual({ applied: onError === 'park-stream' ? 3 : 1, failed: 0 });
    await inline.handedOver();
    await app.store.append('s', [happened()]);
    expect((await inline.positions()).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
    expect(await app.projections.status()).toMatchObject([{ notInline: undefined }]);
  });

  it('runs what its handlers want done after the commit, for new events alone', async () => {
    const done: bigint[] = [];
    @Projection({ name: 'effects', type: 'inline' })
    class Effects {
      @OnAny()
      effect({ globalPosition }: RecordedEvent, { afterCommit, replaying }: ProjectionContext) {
        if (!replaying) afterCommit(() => done.push(globalPosition));
      }
    }
    await writeHistory(2);
    const waiting = await inline.start([Effects], { options: { run: false } });
    await waiting.store.append('s', [happened()]);
    await inline.start([Effects]);
    await inline.handedOver();
    expect(done).toEqual([3n]);
  });

  it('leaves commands to answer at once: there is nobody to run it, and nothing set aside', async () => {
    const app = await inline.start([inlineLog()]);
    await inline.handedOver();
    expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 0, failed: 0 });
    expect(await app.projections.discardDeadLetters('log', { reason: 'none' })).toBe(0);
    await expect(app.projections.skip('log', 1n, 'test')).rejects.toMatchObject({
      name: 'CommandFailedError',
    });
  });

  it('does not keep appends waiting for a handler that does not return', async () => {
    const called = new Deferred();
    let calls = 0;
    @Projection({ name: 'log', type: 'inline' })
    class Hanging {
      @OnAny()
      async record({ globalPosition }: RecordedEvent, { manager }: ProjectionContext) {
        called.release();
        if (++calls === 1) await new Promise(() => undefined);
        await manager.query(
          `INSERT INTO recorded (projection, position, stream_id, version, type, replaying) VALUES ('log', $1, '', 1, '', false)`,
          [globalPosition],
        );
      }
    }
    await writeHistory(1);
    const app = await inline.start([Hanging]);
    await called.released;
    await app.store.append('s', [happened()]);
    await inline.handedOver();
    expect(await inline.positions()).toEqual([1, 2]);
  });

  it('lets a handler append in the same transaction', async () => {
    let store: EventStore | undefined;
    @Projection({ name: 'log', type: 'inline' })
    class Appending {
      @OnAny()
      async record({ globalPosition, version }: RecordedEvent, { manager }: ProjectionContext) {
        await manager.query(
          `INSERT INTO recorded (projection, position, stream_id, version, type, replaying) VALUES ('log', $1, '', 1, '', false)`,
          [globalPosition],
        );
        if (version === 1) await store!.append('s', [happened()], { manager });
      }
    }
    const app = await inline.start([Appending]);
    ({ store } = app);
    await inline.handedOver();
    await app.store.append('s', [happened()]);
    expect(await inline.positions()).toEqual([1, 2]);
  });

  it('is done again after the server has lost it', async () => {
    const app = await inline.start([inlineLog()]);
    await inline.handedOver();
    await inline.database.query('UPDATE projection_checkpoints SET replay_until = 0');
    await inline.database.query('UPDATE projection_inline_marks SET by_appends = false');
    await app.store.append('s', [happened()]);
    await inline.handedOver();
    expect(await inline.positions()).toEqual([1]);
  });
});
