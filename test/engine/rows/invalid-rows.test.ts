import { move } from './accounts';
import { add, apply, useAccounts } from './use-accounts';

class Stranger {
  balance = 5;
}

describe('what a handler returns by mistake', () => {
  const accounts = useAccounts();

  it.each<[string, () => unknown, string]>([
    ['a number', () => 6, 'returned the number 6'],
    ['a boolean', () => true, 'returned the boolean true'],
    ['a text', () => 'x', 'returned the text "x"'],
    ['an array', () => [{ balance: 1 }], 'returned an array'],
    ['an empty array', () => [], 'returned an array'],
    ['a Map', () => new Map([['balance', 1]]), 'returned a Map'],
    ['a Date', () => new Date(), 'returned a Date'],
    ['bytes', () => Buffer.from('a'), 'returned a Buffer'],
    ['a function', () => () => ({ balance: 1 }), 'returned a function'],
    [
      'a misspelled column',
      () => ({ balanse: 6 }),
      'returned an object with balanse, which is no property of Account',
    ],
    [
      'a column by its name in the database',
      () => ({ balance: 1, seen_at: null }),
      'with seen_at, which is no property',
    ],
    ['a promise of a number', () => Promise.resolve(6), 'returned the number 6'],
    ['a promise of a promise', () => Promise.resolve(Promise.resolve([])), 'returned an array'],
  ])('is told, and the row left as it is: %s', async (_, mistake, said) => {
    accounts.fold.now = (event, row, context) =>
      event.data.amount === 0 ? mistake() : add(event, row, context);
    const app = await accounts.start();
    await apply(app, [move('a', 5)]);
    await apply(app, [move('a', 0), move('a', 2)]);
    expect(await accounts.balances()).toEqual({ a: 7 });
    const [letter] = await app.projections.deadLetters('accounts');
    expect(letter).toMatchObject({
      errorClass: 'InvalidRowError',
      errorMessage: expect.stringContaining(said) as string,
    });
    expect(letter!.errorMessage).toContain('Return a row of Account to keep it, null to delete it');
  });

  it('is no mistake where it is an object of another class, or has more that is not there', async () => {
    accounts.fold.now = (event) =>
      event.data.amount === 1 ? new Stranger() : { balance: 7, other: undefined };
    const app = await accounts.start();
    await apply(app, [move('a', 1), move('b', 2)]);
    expect(await accounts.balances()).toEqual({ a: 5, b: 7 });
  });
});
