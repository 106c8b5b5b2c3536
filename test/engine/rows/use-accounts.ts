import type { Type } from '@nestjs/common';
import {
  OnAny,
  Projection,
  type ProjectionModuleOptions,
  type ProjectionOptions,
  type RecordedEvent,
  type RowContext,
} from 'nestjs-projections';
import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { appendAsOneBatch } from '../../support/one-batch';
import { Account, Entry, type Move, TABLES } from './accounts';

export type Fold = (event: RecordedEvent<Move>, account: Account | undefined, context: RowContext) => unknown;

/** Adds the amount to the balance. */
export const add: Fold = ({ data: { amount } }, account) => {
  if (!account) return { balance: amount };
  account.balance += amount;
  return account;
};

/** A database with accounts for each test of a `describe`, and the applications that the test starts on it. */
export class Accounts {
  database!: TestDatabase;
  readonly fold: { now: Fold } = { now: add };
  private readonly apps: TestApp[] = [];

  async open(): Promise<void> {
    this.fold.now = add;
    this.database = await createDatabase();
    await this.database.query(TABLES);
  }

  async close(): Promise<void> {
    await Promise.all(this.apps.splice(0).map((app) => app.close()));
    await this.database.drop();
  }

  async start(
    options: Partial<ProjectionOptions> = {},
    module: ProjectionModuleOptions = {},
    projections: Type<object>[] = [accountsProjection(this.fold, options)],
  ): Promise<TestApp> {
    const app = await startApp(this.database.url, {
      projections,
      entities: [Account, Entry],
      options: module,
    });
    this.apps.push(app);
    return app;
  }

  async balances(): Promise<Record<string, number>> {
    const rows = await this.database.query<Account>('SELECT id, balance FROM accounts ORDER BY id');
    return Object.fromEntries(rows.map(({ id, balance }) => [id, balance]));
  }
}

function accountsProjection(fold: { now: Fold }, options: Partial<ProjectionOptions>): Type<object> {
  @Projection({
    name: 'accounts',
    row: Account,
    key: ({ data }) => data.account,
    onError: 'dead-letter',
    retry: { attempts: 2, backoff: { minMs: 1, maxMs: 2 } },
    ...options,
  })
  class AccountsProjection {
    @OnAny()
    any(event: RecordedEvent<Move>, account: Account | undefined, context: RowContext) {
      return fold.now(event, account, context);
    }
  }
  return AccountsProjection;
}

export function useAccounts(): Accounts {
  const accounts = new Accounts();
  beforeEach(() => accounts.open());
  afterEach(() => accounts.close());
  return accounts;
}

/** Appends events that one batch has, as far as its size allows, and waits until they are applied. */
export async function apply(app: TestApp, events: { type: string; data: object }[]): Promise<void> {
  const { globalPosition } = await appendAsOneBatch(app, 's', events);
  await app.projections.waitFor('accounts', globalPosition, { timeoutMs: 20_000 });
}
