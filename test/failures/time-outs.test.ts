import { Logger } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { appendTo, statusOf, useLog } from './use-log';

describe('what the server ends because it takes too long', () => {
  const log = useLog();
  const set = (setting: string, value: string) =>
    log.database.query(
      `ALTER DATABASE ${new URL(log.database.url).pathname.slice(1)} SET ${setting} = '${value}'`,
    );

  afterEach(() => jest.restoreAllMocks());

  it('is no failure of an event where a lock is to blame', async () => {
    await set('statement_timeout', '100ms');
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const app = await log.start({
      onError: 'dead-letter',
      retry: { attempts: 2, backoff: { minMs: 1, maxMs: 5 } },
    });
    const migration = await log.database.connect();
    await migration.query('SET statement_timeout = 0; BEGIN; LOCK TABLE log IN SHARE ROW EXCLUSIVE MODE');
    const last = await appendTo(app, 'X', 5);
    // Far more often than its attempts, also with each event alone.
    await eventually(() => expect(warned.mock.calls.length).toBeGreaterThan(12));
    expect(await statusOf(app)).toMatchObject({ state: 'retrying' });
    await migration.query('COMMIT');
    await app.projections.waitFor('log', last, { timeoutMs: 30_000 });
    expect(await log.versionsOf('X')).toEqual([1, 2, 3, 4, 5]);
    expect(await app.projections.deadLetters('log')).toEqual([]);
  });

  it('is no failure of an event where the lock goes between its last attempt and a later event', async () => {
    await set('statement_timeout', '100ms');
    let locked = true;
    log.fault.now = async ({ version }, { manager }) => {
      if (version === 4) locked = false;
      if (version === 3 && locked) await manager.query('SELECT pg_sleep(5)');
    };
    const app = await log.start({
      onError: 'dead-letter',
      retry: { attempts: 2, backoff: { minMs: 1, maxMs: 5 } },
    });
    await app.projections.waitFor('log', await appendTo(app, 'X', 6), { timeoutMs: 30_000 });
    expect(await log.versionsOf('X')).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is the failure of an event that is alone in it, at each of its attempts', async () => {
    await set('statement_timeout', '100ms');
    log.fault.now = async ({ version }, { manager }) => {
      if (version === 3) await manager.query('SELECT pg_sleep(5)');
    };
    const app = await log.start({
      onError: 'dead-letter',
      retry: { attempts: 2, backoff: { minMs: 1, maxMs: 5 } },
    });
    await app.projections.waitFor('log', await appendTo(app, 'X', 6), { timeoutMs: 30_000 });
    expect(await log.versionsOf('X')).toEqual([1, 2, 4, 5, 6]);
    expect(await app.projections.deadLetters('log')).toMatchObject([
      { event: { version: 3 }, errorMessage: expect.stringContaining('statement timeout') as string },
    ]);
  });

  it.each(['transaction_timeout', 'idle_in_transaction_session_timeout'])(
    'is applied in smaller parts where it is a transaction (%s)',
    async (setting) => {
      const seed = await log.start({}, { run: false });
      const last = await appendTo(seed, 'X', 40);
      await set(setting, '300ms');
      const [{ version }] = (await log.database.query<{ version: number }>(
        `SELECT current_setting('server_version_num')::int AS version`,
      )) as [{ version: number }];
      if (setting === 'transaction_timeout' && version < 170_000) return;
      const wait = setting === 'transaction_timeout' ? 15 : 0;
      log.fault.now = async ({ version: number }) => {
        if (wait > 0) await delay(wait);
        // Only a large batch idles this long.
        else if (number % 20 === 19) await delay(200);
      };
      const app = await log.start({ retry: { attempts: 3, backoff: { minMs: 1, maxMs: 5 } } });
      await app.projections.waitFor('log', last, { timeoutMs: 60_000 });
      expect(await log.versionsOf('X')).toHaveLength(40);
      expect(await statusOf(app)).toMatchObject({ state: 'running' });
    },
  );
});
