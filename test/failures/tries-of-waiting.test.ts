import { On, Projection, type ProjectionContext, type RecordedEvent } from 'nestjs-projections';
import { SegmentBatches } from '../../src/engine/segment/segment-batches';
import { startApp } from '../support/app';
import type { TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { appendAsOneBatch } from '../support/one-batch';
import { appendTo, useLog } from './use-log';

/** Far longer than the test, whatever part of it the wait is. */
const LONG = { minMs: 1e9, maxMs: 1e9 };

/** When whoever carries an order out last said that it gets on. */
async function progressOf(database: TestDatabase): Promise<string> {
  const [row] = await database.query<{ at: string }>(
    'SELECT max(progressed_at)::text AS at FROM projection_commands',
  );
  return row!.at;
}

describe('what comes behind a failed event', () => {
  const log = useLog();

  it('has all its tries when the event that it waited for is retried', async () => {
    let ok = false;
    log.fault.now = ({ version }, { attempt }) => {
      if (version === 1 && !ok) throw new Error('bad');
      if (version === 2 && attempt < 3) throw new Error('flaky');
    };
    const retry = { attempts: 3, backoff: { minMs: 1, maxMs: 2 } };
    const app = await log.start({ onError: 'park-stream', retry });
    await appendTo(app, 'X', 2);
    await eventually(async () => expect(await app.projections.deadLetters('log')).toHaveLength(2));
    ok = true;
    expect(await app.projections.retryDeadLetters('log')).toEqual({ applied: 2, failed: 0 });
    expect(await log.versionsOf('X')).toEqual([1, 2]);
  });

  it('is known to be waiting, and not to hang, between its tries', async () => {
    let ok = false;
    log.fault.now = ({ version }) => {
      if (version === 2 || !ok) throw new Error('bad');
    };
    const parking = await log.start({ onError: 'park-stream', retry: { attempts: 1 } });
    await appendTo(parking, 'X', 2);
    await eventually(async () => expect(await parking.projections.deadLetters('log')).toHaveLength(2));
    await parking.close();

    ok = true;
    const app = await log.start({ onError: 'park-stream', retry: { attempts: 2, backoff: LONG } });
    const retried = app.projections.retryDeadLetters('log').catch((error: unknown) => error);
    await eventually(async () => expect(await log.versionsOf('X')).toEqual([1]));
    for (let n = 0; n < 3; n++) {
      const before = await progressOf(log.database);
      await eventually(async () => expect(await progressOf(log.database)).not.toBe(before), 10_000);
    }
    await app.close();
    await retried;
  });

  it('is left to the next owner, and not waited for, when the application ends between its tries', async () => {
    let bad = [1, 2];
    log.fault.now = ({ version }) => {
      if (bad.includes(version)) throw new Error('bad');
    };
    const parking = await log.start({ onError: 'park-stream', retry: { attempts: 1 } });
    await appendTo(parking, 'X', 2);
    await eventually(async () => expect(await parking.projections.deadLetters('log')).toHaveLength(2));
    await parking.close();

    bad = [2];
    const calledOff = jest.spyOn(SegmentBatches.prototype, 'callOff');
    const app = await log.start({ onError: 'park-stream', retry: { attempts: 2, backoff: LONG } });
    const retried = app.projections.retryDeadLetters('log').catch((error: unknown) => error);
    await eventually(async () => expect(await log.versionsOf('X')).toEqual([1]));
    await app.close();
    expect(calledOff).not.toHaveBeenCalled();
    await retried;

    bad = [];
    await log.start({ onError: 'park-stream' });
    await eventually(async () => expect(await log.versionsOf('X')).toEqual([1, 2]));
  });

  it('is not set aside for a statement whose failure another handler swallowed', async () => {
    const { database } = log;
    await database.query('CREATE TABLE seen (n int)');

    @Projection({ name: 'p', onError: 'dead-letter', retry: { attempts: 1 } })
    class Seen {
      @On('Swallows')
      async swallows(_event: RecordedEvent, { manager }: ProjectionContext) {
        await manager.query('SELECT 1 / 0').catch(() => undefined);
      }

      @On('Happened')
      happened({ version }: RecordedEvent, { execute }: ProjectionContext) {
        execute('INSERT INTO seen (n) VALUES ($1)', [version]);
      }
    }

    const app = await startApp(database.url, { projections: [Seen] });
    try {
      const { globalPosition } = await appendAsOneBatch(
        app,
        'X',
        ['Happened', 'Swallows', 'Happened', 'Happened'].map((type) => ({ type, data: {} })),
      );
      await app.projections.waitFor('p', globalPosition);
      expect(await database.query('SELECT n FROM seen ORDER BY n')).toEqual([{ n: 1 }, { n: 3 }, { n: 4 }]);
      expect(await app.projections.deadLetters('p')).toMatchObject([{ event: { version: 2 } }]);
    } finally {
      await app.close();
    }
  });
});
