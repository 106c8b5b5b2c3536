import { ForeignWriteError } from 'nestjs-projections';
import { eventually } from '../../support/eventually';
import { move } from './accounts';
import { add, apply, useAccounts } from './use-accounts';

/** Looks at the row and leaves it alone. */
const LOOK = 0;

describe('what others write to a row that is in memory', () => {
  const accounts = useAccounts();
  let seen: (number | undefined)[];

  beforeEach(() => {
    seen = [];
    accounts.fold.now = (event, row, context) => {
      if (event.data.amount !== LOOK) return add(event, row, context);
      seen.push(row?.balance);
      return undefined;
    };
  });

  const byHand = (sql: string) => accounts.database.query(sql);

  it.each([
    ['an UPDATE', `UPDATE accounts SET balance = 100 WHERE id = 'a'`, 102],
    ['a DELETE', `DELETE FROM accounts WHERE id = 'a'`, 2],
    ['a new row in its place', `DELETE FROM accounts; INSERT INTO accounts VALUES ('a', 50)`, 52],
  ])('is not lost, and is gone on from: %s', async (_, sql, balance) => {
    const app = await accounts.start();
    await apply(app, [move('a', 1)]);
    await byHand(sql);
    await apply(app, [move('a', 2), move('b', 5)]);
    expect(await accounts.balances()).toEqual({ a: balance, b: 5 });
    expect(await app.projections.deadLetters('accounts')).toEqual([]);
  });

  it('is not lost where there was no row before', async () => {
    const app = await accounts.start();
    await apply(app, [move('a', LOOK), move('b', 1)]);
    await byHand(`INSERT INTO accounts VALUES ('a', 50)`);
    await apply(app, [move('a', 2)]);
    expect(await accounts.balances()).toEqual({ a: 52, b: 1 });
  });

  it('is not lost when the row is to be deleted', async () => {
    const app = await accounts.start();
    await apply(app, [move('a', 1)]);
    accounts.fold.now = (_event, row) => {
      seen.push(row?.balance);
      return null;
    };
    await byHand(`UPDATE accounts SET balance = 100 WHERE id = 'a'`);
    await apply(app, [move('a', 2)]);
    expect(seen).toEqual([1, 100]);
    expect(await accounts.balances()).toEqual({});
  });

  it('stops the projection when it does not end', async () => {
    const app = await accounts.start();
    await apply(app, [move('a', 1)]);
    await byHand(`CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`);
    await byHand('CREATE TRIGGER no BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION no()');
    await app.store.append('s', [move('a', 2)]);
    await eventually(async () =>
      expect(await app.projections.status()).toMatchObject([
        {
          state: 'stopped',
          error: { name: ForeignWriteError.name, message: expect.stringContaining('"accounts"') as string },
        },
      ]),
    );
    await byHand('DROP TRIGGER no ON accounts');
    await app.projections.resume('accounts');
    await apply(app, [move('a', 4)]);
    expect(await accounts.balances()).toEqual({ a: 7 });
  });

  it('is seen at once after a pause and after a rebuild, which empty the memory', async () => {
    const app = await accounts.start();
    await apply(app, [move('a', 1), move('a', LOOK)]);
    await byHand(`UPDATE accounts SET balance = 100 WHERE id = 'a'`);
    // A row that nothing but a look needs is looked at in memory.
    await apply(app, [move('a', LOOK)]);
    expect(new Set(seen)).toEqual(new Set([1]));

    // A loop in the middle of something may not notice a pause as short as this one.
    await eventually(async () => {
      await app.projections.pause('accounts');
      await app.projections.resume('accounts');
      await apply(app, [move('a', LOOK)]);
      expect(seen.at(-1)).toBe(100);
    });

    seen = [];
    await app.projections.rebuild('accounts');
    expect(new Set(seen)).toEqual(new Set([1]));
    expect(await accounts.balances()).toEqual({ a: 1 });
  });
});
