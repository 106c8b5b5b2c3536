import { DataSource } from 'typeorm';
import { withoutSilentConnections } from '../../src/database/silent-connections';
import { timedQuery } from '../../src/database/timed-query';
import { createDatabase, type TestDatabase } from '../support/database';
import { type Proxy, startProxy } from '../support/proxy';

describe('a connection that dies without a word', () => {
  let database: TestDatabase;
  let proxy: Proxy;
  let dataSource: DataSource;
  let engines: DataSource;
  beforeEach(async () => {
    database = await createDatabase();
    proxy = await startProxy(database.url);
    dataSource = await new DataSource({ type: 'postgres', url: proxy.url, poolSize: 1 }).initialize();
    engines = withoutSilentConnections(dataSource, () => 200);
  });
  afterEach(async () => {
    await dataSource.destroy();
    await proxy.stop();
    await database.drop();
  });

  it('fails the statement of a transaction, and the next one has another connection', async () => {
    const lost = engines.transaction(async (manager) => {
      await manager.query('SELECT 1');
      proxy.silence();
      await manager.query('SELECT 1');
    });
    await expect(lost).rejects.toThrow(/Connection terminated/);
    expect(await engines.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('fails a statement with a time of its own', async () => {
    await timedQuery(dataSource, 'SELECT 1');
    proxy.silence();
    await expect(timedQuery(dataSource, 'SELECT 1', [], 200)).rejects.toThrow('Query read timeout');
    expect(await timedQuery(dataSource, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is told from one whose handler is busy elsewhere, and from statements of the application', async () => {
    const work = engines.transaction(async (manager) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      return manager.query('SELECT 1 AS one');
    });
    expect(await work).toEqual([{ one: 1 }]);
    await dataSource.query('SELECT pg_sleep(0.5)');
  });

  it('leaves transactions with the manager of the data source', async () => {
    await engines.transaction((manager) => {
      expect(manager.dataSource).toBe(dataSource);
      return Promise.resolve();
    });
  });
});
