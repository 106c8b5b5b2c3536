import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { PostgresQueryRunner } from 'typeorm/driver/postgres/PostgresQueryRunner';
import { around } from '../support/around';
import { Deferred } from '../support/deferred';
import { appendTo, useLog } from './use-log';

describe('cancelling the statement of a hung handler', () => {
  const log = useLog();
  afterEach(() => jest.restoreAllMocks());

  it('is over before the connection can be anybody else’s', async () => {
    const order: string[] = [];
    const rolledBack = new Deferred();
    around(DataSource.prototype, 'query', async (call, sql, ...rest) => {
      // A rollback that does not wait for the cancelling has all the time to come first.
      if (String(sql).includes('pg_cancel_backend')) {
        await Promise.race([rolledBack.released, delay(300)]);
        order.push('cancelled');
      }
      return call(sql, ...rest);
    });
    around(PostgresQueryRunner.prototype, 'rollbackTransaction', (call) => {
      order.push('rolled back');
      rolledBack.release();
      return call();
    });
    log.fault.now = () => new Promise(() => undefined);
    const app = await log.start({ onError: 'stop', retry: { attempts: 1 }, handlerTimeoutMs: 20 });
    await appendTo(app, 'X');
    await expect(app.projections.waitFor('log', 1n)).rejects.toThrow('HandlerTimeoutError');
    expect(order).toEqual(['cancelled', 'rolled back']);
  });
});
