import { type EntityManager } from 'typeorm';
import { startApp } from '../support/app';
import { Deferred } from '../support/deferred';
import { eventually } from '../support/eventually';
import { type Fault, logProjection } from './log-projection';
import { appendTo, statusOf, useLog } from './use-log';

/** Ample for a handler that does not hang, also on a busy machine. */
const LIMIT_MS = 1_000;
const SLEEP = 'SELECT pg_sleep(3600)';

describe('a handler that hangs', () => {
  const log = useLog();
  const hang = { onError: 'dead-letter', retry: { attempts: 1 }, handlerTimeoutMs: LIMIT_MS } as const;
  const message = expect.stringMatching(
    /"log" failed in any\(\) on Happened at position 1 \(stream "X", version 1\): HandlerTimeoutError: .*1000 ms.*Next:/,
  ) as string;

  it('in JavaScript is told so by its signal, and the rest goes on', async () => {
    let reason: unknown;
    log.fault.now = ({ version }, { signal }) => {
      if (version !== 1) return undefined;
      signal.addEventListener('abort', () => (reason = signal.reason));
      return new Promise(() => undefined);
    };
    const app = await log.start(hang);
    await app.projections.waitFor('log', await appendTo(app, 'X', 3));
    expect(reason).toMatchObject({ name: 'HandlerTimeoutError' });
    expect(await app.projections.deadLetters('log')).toMatchObject([
      { errorClass: 'HandlerTimeoutError', errorMessage: message, event: { version: 1 } },
    ]);
    expect(await log.versionsOf('X')).toEqual([2, 3]);
  });

  it('in a statement has it cancelled', async () => {
    log.fault.now = async ({ version }, { manager }) => {
      if (version === 1) await manager.query(SLEEP);
    };
    const app = await log.start(hang);
    await app.projections.waitFor('log', await appendTo(app, 'X', 3));
    expect(await app.projections.deadLetters('log')).toMatchObject([{ errorMessage: message }]);
    expect(await log.versionsOf('X')).toEqual([2, 3]);
    await eventually(async () =>
      expect(
        await log.database.query('SELECT FROM pg_stat_activity WHERE query = $1 AND state = $2', [
          SLEEP,
          'active',
        ]),
      ).toEqual([]),
    );
  });

  it('is what status says of a projection that it stopped', async () => {
    log.fault.now = () => new Promise(() => undefined);
    const app = await log.start({ ...hang, onError: 'stop' });
    await appendTo(app, 'X');
    await expect(app.projections.waitFor('log', 1n)).rejects.toThrow('HandlerTimeoutError');
    expect(await statusOf(app)).toMatchObject({
      state: 'stopped',
      error: { name: 'HandlerFailedError', message },
    });
  });

  it('cannot write later, outside of its transaction', async () => {
    const woken = new Deferred();
    let late: Promise<unknown> | undefined;
    log.fault.now = async ({ version }, { manager }) => {
      if (version === 1) await (late = sleepThenWrite(manager, woken.released));
    };
    const app = await log.start(hang);
    await app.projections.waitFor('log', await appendTo(app, 'X', 2));
    woken.release();
    await expect(late).rejects.toThrow(/released/);
    expect(await log.versionsOf('X')).toEqual([2]);
  });

  it('is given up also where the cancel gets no connection of the pool', async () => {
    const fault: { now: Fault } = {
      now: ({ version }) => (version === 1 ? new Promise(() => undefined) : undefined),
    };
    const projections = [logProjection('dead-letter', fault, hang)];
    const app = await startApp(log.database.url, { projections, poolSize: 1 });
    try {
      await app.projections.waitFor('log', await appendTo(app, 'X', 2), { timeoutMs: 30_000 });
      expect(await log.versionsOf('X')).toEqual([2]);
    } finally {
      await app.close();
    }
  });

  it('gives each handler of a batch its own time', async () => {
    log.fault.now = (_, { manager }) => manager.query('SELECT pg_sleep(0.02)');
    const app = await log.start(hang);
    await app.projections.waitFor('log', await appendTo(app, 'X', 100));
    expect(await app.projections.deadLetters('log')).toEqual([]);
  });
});

async function sleepThenWrite(manager: EntityManager, woken: Promise<void>): Promise<void> {
  await woken;
  await manager.query(`INSERT INTO log (stream_id, version) VALUES ('late', 1)`);
}
