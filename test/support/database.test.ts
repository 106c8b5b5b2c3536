import { createDatabase } from './database';
import type { TestDatabase } from './database';

describe('a test database', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase();
  });
  afterEach(() => database.drop());

  it('is a database of its own', async () => {
    const other = await createDatabase();
    try {
      await database.query('CREATE TABLE mine (id int)');
      expect(await other.query(`SELECT to_regclass('mine') AS found`)).toEqual([{ found: null }]);
    } finally {
      await other.drop();
    }
  });

  it('can be dropped with sessions open and transactions prepared', async () => {
    const client = await database.connect();
    await client.query('CREATE TABLE t (id int)');
    await client.query('BEGIN');
    await client.query('INSERT INTO t VALUES (1)');
    await client.query(`PREPARE TRANSACTION 'it''s left behind'`);
    await client.query('BEGIN');
    await database.drop();
    database = await createDatabase();
  });

  it('answers again after its sessions were cut', async () => {
    const session = await database.connect();
    const pid = (await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
    await database.query('SELECT pg_terminate_backend($1)', [pid]);
    await expect(session.query('SELECT 1')).rejects.toBeInstanceOf(Error);
    expect(await database.query('SELECT $1::int AS one', [1])).toEqual([{ one: 1 }]);
  });
});
