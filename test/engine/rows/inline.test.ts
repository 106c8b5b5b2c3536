import { HandlerFailedError } from 'nestjs-projections';
import { move } from './accounts';
import { add, useAccounts } from './use-accounts';

const APPENDS = 40;
const ACCOUNTS = 3;

describe('an inline projection of rows', () => {
  const accounts = useAccounts();

  it('loses nothing when appends make and change the same rows at the same time', async () => {
    const app = await accounts.start({ type: 'inline' });
    await app.projections.catchUp('accounts');
    await Promise.all(
      Array.from({ length: APPENDS }, (_, n) => app.store.append(`s-${n}`, [move(`a-${n % ACCOUNTS}`)])),
    );
    expect(await accounts.balances()).toEqual({ 'a-0': 14, 'a-1': 13, 'a-2': 13 });
  });

  it('is right when the append returns, and goes with the append when that is rolled back', async () => {
    const app = await accounts.start({ type: 'inline' });
    await app.projections.catchUp('accounts');
    await app.store.append('s', [move('a', 1), move('a', 2)]);
    expect(await accounts.balances()).toEqual({ a: 3 });
    const undone = app.dataSource.transaction(async (manager) => {
      await app.store.append('s', [move('a', 5), move('b', 5)], { manager });
      throw new Error('changed my mind');
    });
    await expect(undone).rejects.toThrow('changed my mind');
    expect(await accounts.balances()).toEqual({ a: 3 });
  });

  it('sees what the same transaction has appended before', async () => {
    const app = await accounts.start({ type: 'inline' });
    await app.projections.catchUp('accounts');
    await app.dataSource.transaction(async (manager) => {
      for (const amount of [1, 2, 4]) await app.store.append('s', [move('a', amount)], { manager });
    });
    expect(await accounts.balances()).toEqual({ a: 7 });
  });

  it('refuses the append that its handler or the database refuses', async () => {
    const app = await accounts.start({ type: 'inline' });
    await app.projections.catchUp('accounts');
    accounts.fold.now = (event, row, context) => {
      if (event.data.amount === 13) throw new Error('unlucky');
      return add(event, row, context);
    };
    await expect(app.store.append('s', [move('a', 1), move('a', 13)])).rejects.toBeInstanceOf(
      HandlerFailedError,
    );
    await expect(app.store.append('s', [move('a', 1000)])).rejects.toThrow('accounts_balance_check');
    expect(await accounts.balances()).toEqual({});
    expect(await app.store.readAll()).toEqual([]);
  });
});
