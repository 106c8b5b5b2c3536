import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { PostgresQueryRunner } from 'typeorm/driver/postgres/PostgresQueryRunner';
import { Deferred } from '../support/deferred';
import { appendTo, useLog } from './use-log';

describe('cancelling the statement of a hung handler', () => {
  const log = useLog();
  afterEach(() => jest.restoreAllMocks());

  it('is over before the connection can be anybody else’s', async () => {
    const order: string[] = [];
    const rolledBack = new Deferred();
    const query = DataSource.prototype.query;
    jest.spyOn(DataSource.prototype, 'query').mockImplementation(async function (
      this: DataSource,
      sql,
      ...rest
    ) {
      // A rollback that does not wait for the cancelling has all the time to come first.
      if (sql.includes('pg_cancel_backend')) {
        await Promise.race([rolledBack.released, delay(300)]);
        order.push('cancelled');
      }
      return query.call(this, sql, ...rest);
    });
    const rollBack = PostgresQueryRunner.prototype.rollbackTransaction;
    jest.spyOn(PostgresQueryRunner.prototype, 'rollbackTransaction').mockImplementation(function (
      this: PostgresQueryRunner,
    ) {
      order.push('rolled back');
      rolledBack.release();
      return rollBack.call(this);
    });
    log.fault.now = () => new Promise(() => undefined);
    const app = await log.start({ onError: 'stop', retry: { attempts: 1 }, handlerTimeoutMs: 20 });
    await appendTo(app, 'X');
    await expect(app.projections.waitFor('log', 1n)).rejects.toThrow('HandlerTimeoutError');
    expect(order).toEqual(['cancelled', 'rolled back']);
  });
});
