import { On, Projection, type RecordedEvent } from 'nestjs-projections';
import { Account, Entry, move, type Move } from './accounts';
import { add, apply, useAccounts } from './use-accounts';

describe('a row handler', () => {
  const accounts = useAccounts();

  it('keeps the row that it returns, deletes it for null, and leaves it alone for undefined', async () => {
    accounts.fold.now = (event, row, context) => {
      const kept = add(event, row, context);
      if (event.data.amount === 0) return null;
      return event.data.amount === 100 ? undefined : kept;
    };
    const app = await accounts.start();
    await apply(app, [move('a', 1), move('a', 100), move('a', 2), move('b', 100), move('c', 1)]);
    expect(await accounts.balances()).toEqual({ a: 3, c: 1 });
    await apply(app, [move('a', 100), move('c', 0), move('d', 0)]);
    expect(await accounts.balances()).toEqual({ a: 3 });
    await apply(app, [move('a', 5), move('c', 7)]);
    expect(await accounts.balances()).toEqual({ a: 8, c: 7 });
  });

  it('runs once for each of several keys, and for none where there is none', async () => {
    const app = await accounts.start();
    await apply(app, [move(['a', 'b', 'a'], 1), move([], 5), move(['b', 'c'], 10)]);
    expect(await accounts.balances()).toEqual({ a: 1, b: 11, c: 10 });
  });

  it('may be async, and is still one after another', async () => {
    accounts.fold.now = async (event, row, context) => {
      await new Promise((resolve) => setImmediate(resolve));
      return add(event, row, context);
    };
    const app = await accounts.start();
    await apply(
      app,
      Array.from({ length: 60 }, (_, n) => move(n % 2 ? 'a' : 'b', n)),
    );
    expect(await accounts.balances()).toEqual({ a: 900, b: 870 });
  });

  it('gives way to others, however large the batch', async () => {
    let turn = 0;
    let hasFolded = false;
    const turns = new Map<string, number>();
    accounts.fold.now = (event, row, context) => {
      if (!hasFolded)
        setImmediate(() => {
          hasFolded = false;
          turn++;
        });
      hasFolded = true;
      turns.set(event.id, turn);
      return add(event, row, context);
    };
    const app = await accounts.start();
    const sizes: number[] = [];
    const stretches: number[] = [];
    app.projections.changes('accounts').subscribe(({ events }) => {
      const inTurns = events.map((event) => turns.get(event.id));
      sizes.push(events.length);
      for (const one of new Set(inTurns)) stretches.push(inTurns.filter((other) => other === one).length);
    });
    await apply(
      app,
      Array.from({ length: 3_000 }, (_, n) => move(`a${n}`)),
    );
    expect(Math.max(...sizes)).toBeGreaterThan(1_000);
    expect(Math.max(...stretches)).toBeLessThanOrEqual(500);
  });

  it('may make, delete and make a row again within one batch', async () => {
    accounts.fold.now = (event, row, context) => (event.data.amount === 0 ? null : add(event, row, context));
    const app = await accounts.start();
    await apply(app, [move('old', 1), move('kept', 1)]);
    const batches: number[] = [];
    app.projections.changes('accounts').subscribe(({ events }) => batches.push(events.length));
    await apply(app, [
      move('a', 1),
      move('a', 0),
      move('b', 1),
      move('b', 0),
      move('b', 7),
      move('old', 0),
      move('old', 8),
      move('kept', 0),
      move('kept', 5),
      move('kept', 0),
    ]);
    expect(batches).toEqual([10]);
    expect(await accounts.balances()).toEqual({ b: 7, old: 8 });
    await apply(app, [move('a', 2), move('b', 2), move('old', 2), move('kept', 2)]);
    expect(await accounts.balances()).toEqual({ a: 2, b: 9, kept: 2, old: 10 });
  });

  it('may fold another table than its neighbours, and all are saved in one transaction', async () => {
    @Projection({ name: 'accounts' })
    class TwoTables {
      @On('Moved', { row: Account, key: ({ data }) => data.account })
      counted(event: RecordedEvent<Move>, row?: Account) {
        return add(event, row, undefined as never);
      }

      @On('Moved', { row: Entry, key: ({ data, version }) => ({ account: data.account, n: version }) })
      entered({ data }: RecordedEvent<Move>): Partial<Entry> {
        return { amount: data.amount };
      }
    }
    const app = await accounts.start({}, {}, [TwoTables]);
    await apply(app, [move('a', 1), move('a', 2)]);
    expect(
      await accounts.database.query(
        `SELECT e.n, e.amount, a.balance, a.xmin::text = e.xmin::text AS together
         FROM accounts a JOIN entries e ON e.account = a.id ORDER BY n`,
      ),
    ).toEqual([
      { n: 1, amount: 1, balance: 3, together: true },
      { n: 2, amount: 2, balance: 3, together: true },
    ]);
  });

  it('is skipped in replays where it says so', async () => {
    @Projection({ name: 'accounts', row: Account, key: ({ data }) => data.account })
    class Replayed {
      @On('Moved')
      moved(event: RecordedEvent<Move>, row?: Account) {
        return add(event, row, undefined as never);
      }

      @On('Closed', { replay: false })
      closed() {
        return null;
      }
    }
    const app = await accounts.start({}, {}, [Replayed]);
    await apply(app, [move('a', 1), { type: 'Closed', data: { account: 'a' } }]);
    expect(await accounts.balances()).toEqual({});
    await app.projections.rebuild('accounts');
    expect(await accounts.balances()).toEqual({ a: 1 });
  });
});
