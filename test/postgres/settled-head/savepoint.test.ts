import type { Client } from 'pg';
import type { TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { insertEvent } from '../../support/sessions';
import { headOf, positionsIn, startStore } from '../../support/store';

describe('an append behind a savepoint', () => {
  let database: TestDatabase;
  let app: TestApp;
  let nested: Client;
  let other: Client;

  beforeEach(async () => {
    database = await createDatabase();
    app = await startStore(database.url);
    [nested, other] = [await database.connect(), await database.connect()];
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  it('is passed as soon as it is rolled back, though its transaction is still open', async () => {
    await nested.query('BEGIN');
    await nested.query('SAVEPOINT before');
    await insertEvent(nested, 's-1');
    await insertEvent(other, 's-2');
    expect(await headOf(app)).toEqual({ settled: 0, pending: true });

    await nested.query('ROLLBACK TO before');
    expect(await headOf(app)).toEqual({ settled: 2, pending: false });
  });

  it('is waited for after its savepoint is released', async () => {
    await nested.query('BEGIN');
    await nested.query('SAVEPOINT before');
    await insertEvent(nested, 's-1');
    await nested.query('RELEASE before');
    await insertEvent(other, 's-2');
    expect(await headOf(app)).toEqual({ settled: 0, pending: true });

    await nested.query('COMMIT');
    expect(await headOf(app)).toEqual({ settled: 2, pending: false });
    expect(await positionsIn(app)).toEqual([1, 2]);
  });

  it('does not take along what its transaction had appended before', async () => {
    await nested.query('BEGIN');
    await insertEvent(nested, 's-1');
    await nested.query('SAVEPOINT before');
    await insertEvent(nested, 's-1', { version: 2 });
    await nested.query('ROLLBACK TO before');
    await insertEvent(other, 's-2');
    expect(await headOf(app)).toEqual({ settled: 0, pending: true });

    await nested.query('COMMIT');
    expect(await headOf(app)).toEqual({ settled: 3, pending: false });
    expect(await positionsIn(app)).toEqual([1, 3]);
  });
});
