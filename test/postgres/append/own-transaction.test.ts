import { randomUUID } from 'node:crypto';
import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { happened, startStore } from '../../support/store';

describe("an append in the caller's transaction", () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    await database.query('CREATE TABLE invoices (id int PRIMARY KEY)');
    app = await startStore(database.url);
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  const invoices = () => database.query('SELECT id FROM invoices ORDER BY id');

  it('commits with it', async () => {
    await app.dataSource.transaction(async (manager) => {
      await manager.query('INSERT INTO invoices VALUES (1)');
      expect(await app.store.append('s', [happened()], { manager })).toEqual({
        version: 1,
        globalPosition: 1n,
      });
      expect(await app.store.append('s', [happened()], { manager })).toMatchObject({ version: 2 });
      expect(await app.store.readStream('s')).toEqual([]);
    });
    expect(await app.store.readStream('s')).toHaveLength(2);
    expect(await invoices()).toEqual([{ id: 1 }]);
  });

  it('leaves nothing when it rolls back', async () => {
    const rolledBack = app.dataSource.transaction(async (manager) => {
      await manager.query('INSERT INTO invoices VALUES (1)');
      await app.store.append('s', [happened()], { manager });
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    expect(await app.store.readStream('s')).toEqual([]);
    expect(await invoices()).toEqual([]);
  });

  it.each([
    ['the wrong version', 'WrongExpectedVersionError', { type: 'Happened', data: {} }, 7],
    ['an id that is taken', 'EventIdReusedError', { id: randomUUID(), type: 'Other', data: {} }, 'any'],
    ['an event that cannot be stored', 'InvalidEventError', { type: '', data: {} }, 'any'],
  ] as const)('that is refused for %s leaves it usable', async (_what, name, event, expectedVersion) => {
    await app.store.append('taken', [{ ...happened(), ...('id' in event && { id: event.id }) }]);
    await app.dataSource.transaction(async (manager) => {
      await manager.query('INSERT INTO invoices VALUES (1)');
      await expect(app.store.append('s', [event], { manager, expectedVersion })).rejects.toMatchObject({
        name,
      });
      await manager.query('INSERT INTO invoices VALUES (2)');
      await app.store.append('s', [happened()], { manager });
    });
    expect(await app.store.readStream('s')).toHaveLength(1);
    expect(await invoices()).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('finds what was appended after the transaction began, at READ COMMITTED', async () => {
    await app.dataSource.transaction(async (manager) => {
      await manager.query('SELECT count(*) FROM events');
      await app.store.append('s', [happened()]);
      expect(await app.store.append('s', [happened()], { manager })).toMatchObject({ version: 2 });
    });
  });
});
