import { eventually } from '../../support/eventually';
import { pidOf } from '../../support/sessions';
import { move } from './accounts';
import { add, apply, useAccounts } from './use-accounts';

describe('a batch of rows', () => {
  const accounts = useAccounts();

  const setAside = async (app: Awaited<ReturnType<typeof accounts.start>>) =>
    (await app.projections.deadLetters('accounts')).map(({ event, errorMessage, attempts }) => ({
      amount: (event.data as { amount: number }).amount,
      errorMessage,
      attempts,
    }));

  it('sets aside the event alone whose handler throws, with nothing that it did to the row', async () => {
    accounts.fold.now = (event, row, context) => {
      const kept = add(event, row, context);
      if (event.data.amount === 13) throw new Error('unlucky');
      return kept;
    };
    const app = await accounts.start();
    await apply(app, [move('a', 1), move(['b', 'a'], 13), move('a', 2), move('b', 5)]);
    expect(await accounts.balances()).toEqual({ a: 3, b: 5 });
    expect(await setAside(app)).toEqual([
      {
        amount: 13,
        attempts: 2,
        errorMessage: expect.stringContaining('failed in any() on Moved at position 2') as string,
      },
    ]);
  });

  it('closes in on the event whose row the database refuses', async () => {
    const retried = new Set<number>();
    accounts.fold.now = (event, row, context) => {
      if (context.attempt > 1) retried.add(event.data.amount);
      return add(event, row, context);
    };
    const app = await accounts.start();
    await apply(
      app,
      Array.from({ length: 30 }, (_, n) => move(n === 17 ? ['a', 'b'] : 'a', n === 17 ? 1000 : n)),
    );
    expect(await accounts.balances()).toEqual({ a: 435 - 17 });
    expect(await setAside(app)).toEqual([
      {
        amount: 1000,
        attempts: 2,
        errorMessage: expect.stringMatching(/Moved at position 18 .*accounts_balance_check/) as string,
      },
    ]);
    // No other was taken for it on the way.
    expect([...retried]).toEqual([1000]);
  });

  it('closes in on the event whose row cannot be written at all', async () => {
    accounts.fold.now = (event, row, context) => {
      const kept = add(event, row, context) as object;
      return event.data.amount === 13 ? Object.assign(kept, { seenAt: new Date('never') }) : kept;
    };
    const app = await accounts.start();
    await apply(app, [move('a', 1), move('a', 13), move('a', 2)]);
    expect(await accounts.balances()).toEqual({ a: 3 });
    expect(await setAside(app)).toMatchObject([{ amount: 13 }]);
  });

  it.each([undefined, null, { iban: 'x' }])('sets aside an event with the key %j', async (key) => {
    const app = await accounts.start();
    await apply(app, [move('a', 1), move(key as never, 13), move('a', 2)]);
    expect(await accounts.balances()).toEqual({ a: 3 });
    expect(await setAside(app)).toMatchObject([
      {
        amount: 13,
        errorMessage: expect.stringMatching(
          /in the key of any\(\) on .*the key of a row of Account/,
        ) as string,
      },
    ]);
  });

  it('sets aside an event whose key throws, which is not said of its handler', async () => {
    const app = await accounts.start({
      key: ({ data }) => {
        if (data.amount === 13) throw new Error('unlucky');
        return data.account;
      },
    });
    await apply(app, [move('a', 1), move('a', 13), move('a', 2)]);
    expect(await accounts.balances()).toEqual({ a: 3 });
    const errorMessage = expect.stringContaining('in the key of any() on Moved at position 2') as string;
    expect(await setAside(app)).toMatchObject([{ amount: 13, errorMessage }]);
  });

  it('is applied exactly once when its connection is killed while it is being written', async () => {
    const app = await accounts.start({ batchSize: 2 });
    await apply(app, [move('a', 1)]);
    const holder = await accounts.database.connect();
    await holder.query(`BEGIN; SELECT FROM accounts WHERE id = 'a' FOR UPDATE`);
    await app.store.append('s', [move('a', 10), move('b', 10), move('a', 20), move('b', 20)]);
    const victim = await writerBehind(await pidOf(holder));
    await accounts.database.query('SELECT pg_terminate_backend($1)', [victim]);
    await holder.query('ROLLBACK');
    await apply(app, [move('a', 100)]);
    expect(await accounts.balances()).toEqual({ a: 131, b: 30 });
    expect(await setAside(app)).toEqual([]);
  });

  it('runs its effects after its commit, though the next is folded before', async () => {
    const folded: number[] = [];
    const effects: number[] = [];
    accounts.fold.now = (event, row, context) => {
      folded.push(event.data.amount);
      context.afterCommit(() => effects.push(event.data.amount));
      return add(event, row, context);
    };
    const app = await accounts.start({ batchSize: 1 });
    await apply(app, [move('a', 1)]);
    expect(effects).toEqual([1]);
    const holder = await accounts.database.connect();
    await holder.query(`BEGIN; SELECT FROM accounts WHERE id = 'a' FOR UPDATE`);
    const { globalPosition } = await app.store.append('s', [move('a', 2), move('b', 3), move('c', 4)]);
    await writerBehind(await pidOf(holder));
    await eventually(() => expect(folded).toEqual([1, 2, 3]));
    expect(effects).toEqual([1]);
    await holder.query('ROLLBACK');
    await app.projections.waitFor('accounts', globalPosition);
    await eventually(() => expect(effects).toEqual([1, 2, 3, 4]));
  });

  /** The session that waits for a lock that `holder` has. */
  async function writerBehind(holder: number): Promise<number> {
    let pid: number | undefined;
    await eventually(async () => {
      const [row] = await accounts.database.query<{ pid: number }>(
        'SELECT pid FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))',
        [holder],
      );
      pid = row?.pid;
      expect(pid).toBeDefined();
    });
    return pid!;
  }
});
