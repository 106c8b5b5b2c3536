import { Client, type Pool } from 'pg';
import { On, Projection, type RecordedEvent } from 'nestjs-projections';
import { EntitySchema, EventSubscriber } from 'typeorm';
import { startApp, type TestApp } from '../../support/app';
import { around } from '../../support/around';
import { eventually } from '../../support/eventually';
import { move } from './accounts';
import { apply, useAccounts } from './use-accounts';

type Session = Client & { processID: number };

const poolOf = ({ dataSource }: TestApp): Pool => (dataSource.driver as unknown as { master: Pool }).master;

/** Texts of what this process sends by now. */
function sent(): string[] {
  const texts: string[] = [];
  around(Client.prototype, 'query', (query, ...args) => {
    const [statement] = args as [string | { text: string }];
    texts.push(typeof statement === 'string' ? statement : statement.text);
    return query(...args);
  });
  return texts;
}

const isOfBatch = (text: string) =>
  /TRANSACTION|COMMIT|UPDATE "?projection_checkpoints|"accounts"/.test(text);
const isPage = (text: string) => /AS state/.test(text);

/** An entity of one column of a table that has others. */
const columnOfWide = (name: string) =>
  new EntitySchema<Record<string, number>>({
    name: `Wide${name}`,
    tableName: 'wide',
    columns: { id: { type: 'text', primary: true }, [name]: { type: 'int' } } as never,
  });

describe('a small batch of rows', () => {
  const accounts = useAccounts();

  afterEach(() => jest.restoreAllMocks());

  it('comes with the look at the head, and is committed by one statement', async () => {
    const app = await accounts.start();
    await apply(app, [move('a', 1)]);
    const texts = sent();
    await accounts.database.query(
      `INSERT INTO events (id, stream_id, version, type, data)
       VALUES (gen_random_uuid(), 'by-hand', 1, 'Moved', '{"account": "a", "amount": 2}')`,
    );
    await eventually(async () => expect(await accounts.balances()).toEqual({ a: 3 }));
    expect(texts.filter(isPage)).toEqual([]);
    expect(texts.filter(isOfBatch)).toEqual([expect.stringMatching(/^WITH claim AS[^]*"accounts"/)]);
  });

  it('is a transaction of several where it is large', async () => {
    const app = await accounts.start();
    const texts = sent();
    await apply(
      app,
      Array.from({ length: 101 }, (_, n) => move(`a-${n}`, 1)),
    );
    expect(texts).toContain('COMMIT');
    expect(Object.keys(await accounts.balances())).toHaveLength(101);
  });

  it('is a transaction of several where subscribers are told of that', async () => {
    const heard: string[] = [];

    @EventSubscriber()
    class Subscriber {
      beforeTransactionCommit() {
        heard.push('commit');
      }
    }

    const app = await accounts.start();
    app.dataSource.subscribers.push(new Subscriber());
    await apply(app, [move('a', 1)]);
    expect(heard).toContain('commit');
    expect(await accounts.balances()).toEqual({ a: 1 });
  });

  it.each(['repeatable read', 'serializable'])(
    'is a transaction of several where those of the database are %s',
    async (isolation) => {
      const { database } = accounts;
      await database.query(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = ''${isolation}''',
        current_database()); END $$`);
      const app = await accounts.start();
      const texts = sent();
      await apply(app, [move('a', 1)]);
      await apply(app, [move('a', 2)]);
      expect(await accounts.balances()).toEqual({ a: 3 });
      expect(texts).toContain('COMMIT');
    },
  );

  it('is a transaction of several where the session is not what the connection takes it for, as behind a pooler', async () => {
    const app = await accounts.start();
    poolOf(app).on('acquire', (client) => ((client as unknown as Session).processID = 1));
    const texts = sent();
    await apply(app, [move('a', 1)]);
    expect(await accounts.balances()).toEqual({ a: 1 });
    expect(texts).toContain('COMMIT');
  });

  it('is committed, and no part of a transaction that somebody left open on the connection', async () => {
    const app = await accounts.start();
    await apply(app, [move('a', 1)]);
    const left = await Promise.all(Array.from({ length: 10 }, () => poolOf(app).connect()));
    await Promise.all(left.map((client) => client.query('BEGIN')));
    for (const client of left) client.release();
    await app.store.append('s', [move('a', 2)]);
    await eventually(async () => expect(await accounts.balances()).toEqual({ a: 3 }));
  });

  /** Resolves when a statement waits for a lock. */
  const waits = () =>
    eventually(async () =>
      expect(
        await accounts.database.query(
          `SELECT pid FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        ),
      ).toHaveLength(1),
    );

  it('writes nothing where somebody else has the checkpoint, and moves it', async () => {
    const app = await accounts.start();
    await apply(app, [move('a', 1)]);
    const other = await accounts.database.connect();
    await other.query('BEGIN');
    await other.query(
      'UPDATE projection_checkpoints SET position = 0, witness_position = NULL, witness_id = NULL',
    );
    await app.store.append('s', [move('a', 2)]);
    await waits();
    await other.query('COMMIT');
    // The row as it was, with both events once more.
    await eventually(async () => expect(await accounts.balances()).toEqual({ a: 4 }));
  });

  it('is rolled back where the application ends while it waits for a lock', async () => {
    const app = await accounts.start();
    await apply(app, [move('a', 1)]);
    const other = await accounts.database.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM accounts FOR UPDATE');
    await app.store.append('s', [move('a', 2)]);
    await waits();
    await app.close();
    await other.query('COMMIT');
    expect(await accounts.balances()).toEqual({ a: 1 });

    await apply(await accounts.start(), [move('a', 4)]);
    expect(await accounts.balances()).toEqual({ a: 7 });
  }, 30_000);

  it('does not wait for a rebuild with the tables locked that the rebuild is about to empty', async () => {
    const { database } = accounts;
    const app = await accounts.start();
    await apply(app, [move('a', 1)]);
    const other = await database.connect();
    await other.query('BEGIN');
    await other.query('SELECT FROM projection_states FOR UPDATE');
    const rebuilt = app.projections.rebuild('accounts');
    await waits();
    await app.store.append('s', [move('a', 2)]);
    await eventually(async () =>
      expect(
        await database.query(
          `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%projection_checkpoints%'`,
        ),
      ).toHaveLength(1),
    );
    const held = await database.query(
      `SELECT pid FROM pg_locks WHERE relation = 'accounts'::regclass AND mode = 'RowExclusiveLock'`,
    );
    await other.query('COMMIT');
    await rebuilt;
    await eventually(async () => expect(await accounts.balances()).toEqual({ a: 3 }));
    expect(held).toEqual([]);
  });

  it('takes each entity of a table for what it is', async () => {
    const { database } = accounts;
    await database.query('CREATE TABLE wide (id text PRIMARY KEY, a int DEFAULT 0, b int DEFAULT 0)');
    const [A, B] = [columnOfWide('a'), columnOfWide('b')];

    @Projection({ name: 'accounts', key: ({ streamId }) => streamId })
    class Wide {
      @On('A', { row: A })
      a(_: RecordedEvent, row?: Record<string, number>) {
        return { ...row, a: (row?.a ?? 0) + 1 };
      }

      @On('B', { row: B })
      b(_: RecordedEvent, row?: Record<string, number>) {
        return { ...row, b: (row?.b ?? 0) + 1 };
      }
    }

    const app = await startApp(database.url, { projections: [Wide], entities: [A, B] });
    for (const type of 'AABBBAB') await apply(app, [{ type, data: {} }]);
    expect(await database.query('SELECT * FROM wide')).toEqual([{ id: 's', a: 3, b: 4 }]);
    await app.close();
  });

  it.each([
    ['a trigger', `CREATE TRIGGER t AFTER UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION nothing()`],
    ['a rule', 'CREATE RULE r AS ON DELETE TO accounts DO ALSO SELECT 1'],
    ['a table beside', 'CREATE TABLE beside (id text REFERENCES accounts ON DELETE CASCADE)'],
  ])('is a transaction of several where %s may change rows, too', async (_, sql) => {
    const { database } = accounts;
    await database.query(
      `CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; ${sql}`,
    );
    const app = await accounts.start();
    const texts = sent();
    await apply(app, [move('a', 1)]);
    await apply(app, [move('a', 2)]);
    expect(await accounts.balances()).toEqual({ a: 3 });
    expect(texts.filter((text) => text.startsWith('WITH claim'))).toEqual([]);
  });

  it('takes no text of an event for what it says of itself', async () => {
    const { database } = accounts;
    await database.query('ALTER TABLE accounts ADD CONSTRAINT t CHECK (id::int > 0)');
    const app = await accounts.start();
    await apply(app, [move('rows written instead: 9', 1), move('1', 1)]);
    expect(await accounts.balances()).toEqual({ 1: 1 });
    expect(await app.projections.deadLetters('accounts')).toHaveLength(1);
  });
});
