import { AsyncLocalStorage } from 'node:async_hooks';
import { ForeignManagerError, ManagerWithoutTransactionError } from 'nestjs-projections';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { happened, startStore } from '../../support/store';

describe('the manager of an append', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => database.query('DELETE FROM events'));

  const stored = () => database.query('SELECT FROM events');

  async function refusalOf(manager: EntityManager): Promise<unknown> {
    return app.store.append('s', [happened()], { manager }).catch((refusal: unknown) => refusal);
  }

  it('must be in a transaction', async () => {
    expect(await refusalOf(app.dataSource.manager)).toBeInstanceOf(ManagerWithoutTransactionError);
    const runner = app.dataSource.createQueryRunner();
    await runner.connect();
    expect(await refusalOf(runner.manager)).toBeInstanceOf(ManagerWithoutTransactionError);
    await runner.startTransaction();
    await runner.commitTransaction();
    expect(await refusalOf(runner.manager)).toBeInstanceOf(ManagerWithoutTransactionError);
    await runner.startTransaction();
    await runner.query('COMMIT');
    expect(await refusalOf(runner.manager)).toBeInstanceOf(ManagerWithoutTransactionError);
    await runner.rollbackTransaction();
    await runner.release();
    expect(await refusalOf(runner.manager)).toBeInstanceOf(ManagerWithoutTransactionError);
    expect(await stored()).toEqual([]);
  });

  it("must be one of the store's data source", async () => {
    const other = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    try {
      const error = await other.transaction(refusalOf);
      expect(error).toBeInstanceOf(ForeignManagerError);
      expect(await stored()).toEqual([]);
    } finally {
      await other.destroy();
    }
  });
});

describe('an append without a manager', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('does not write in the transaction that a library keeps for the request', async () => {
    const transactions = new AsyncLocalStorage<QueryRunner>();
    const { dataSource } = app;
    const { manager } = dataSource;
    const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
    // As such libraries lead the data source to the transaction of whoever asks.
    Object.defineProperty(dataSource, 'manager', {
      configurable: true,
      get: () => transactions.getStore()?.manager ?? manager,
    });
    dataSource.createQueryRunner = (mode) => transactions.getStore() ?? createQueryRunner(mode);

    const runner = createQueryRunner('master');
    await runner.startTransaction();
    await transactions.run(runner, async () => {
      await app.store.append('s', [happened()]);
      await app.store.append('s', [happened()], { expectedVersion: 1 });
      // Nothing of its own, nor a snapshot: what others committed.
      expect(await app.store.readStream('s')).toHaveLength(2);
      expect(await app.store.readAll()).toHaveLength(2);
    });
    await runner.rollbackTransaction();
    await runner.release();
    expect(await database.query(`SELECT version FROM events WHERE stream_id = 's'`)).toHaveLength(2);
  });
});
