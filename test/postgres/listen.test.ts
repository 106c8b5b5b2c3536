import { Logger } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ProjectionModule } from 'nestjs-projections';
import type { DataSourceOptions } from 'typeorm';
import { boot } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { NO_POLLING } from '../support/store';

type Options = Extract<DataSourceOptions, { type: 'postgres' }>;

const LISTENING = `SELECT pid FROM pg_stat_activity
  WHERE application_name = 'nestjs-projections listen' AND datname = current_database() AND query LIKE 'LISTEN%'`;

const start = (options: Partial<Options>) =>
  boot(
    TypeOrmModule.forRoot({ type: 'postgres', retryAttempts: 0, ...options }),
    ProjectionModule.forRoot(NO_POLLING),
  );

describe('LISTEN', () => {
  let database: TestDatabase;
  beforeEach(async () => (database = await createDatabase()));
  afterEach(() => database.drop());

  function parts(): { host: string; port: number; username: string; password: string; database: string } {
    const { hostname: host, port, username, password, pathname } = new URL(database.url);
    return { host, port: Number(port), username, password, database: pathname.slice(1) };
  }

  it.each<[string, () => Partial<Options>]>([
    ['a URL', () => ({ url: database.url })],
    ['host, port, user name and password', parts],
    ['a function that gives the password', () => ({ ...parts(), password: () => parts().password })],
    [
      'a function that gives it later',
      () => ({ ...parts(), password: () => Promise.resolve(parts().password) }),
    ],
    ['what TypeORM hands to the driver as it is', () => ({ extra: { ...parts(), user: parts().username } })],
    ['a replication set', () => ({ replication: { master: parts(), slaves: [parts()] } })],
  ])('works where the data source is given by %s', async (_what, options) => {
    // A server that lets everybody in shows nothing.
    await requirePassword();
    const app = await start(options());
    try {
      await eventually(async () => expect(await database.query(LISTENING)).toHaveLength(1), 10_000);
    } finally {
      await app.close();
    }
  });

  it('says once that it cannot, and when it can again', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn');
    const log = jest.spyOn(Logger.prototype, 'log');
    let right = true;
    let refused = 0;
    const password = () => {
      if (!right) refused++;
      return right ? parts().password : 'wrong';
    };
    const app = await start({ ...parts(), password });
    const about = (said: typeof warn, text: RegExp) =>
      said.mock.calls.filter(([line]) => text.test(String(line)));
    try {
      await eventually(async () => expect(await database.query(LISTENING)).toHaveLength(1), 10_000);
      right = false;
      await database.query(`SELECT pg_terminate_backend(pid) FROM (${LISTENING}) listening`);
      await eventually(() => expect(refused).toBeGreaterThanOrEqual(3), 10_000);
      expect(about(warn, /Cannot listen/)).toEqual([
        [expect.stringContaining('password authentication failed')],
      ]);
      right = true;
      await eventually(() => expect(about(log, /Listens for new events again/)).toHaveLength(1), 10_000);
      expect(await database.query(LISTENING)).toHaveLength(1);
      expect(about(warn, /Cannot listen/)).toHaveLength(1);
    } finally {
      await app.close();
      jest.restoreAllMocks();
    }
  });

  async function requirePassword(): Promise<void> {
    const wrong = start({ ...parts(), password: 'wrong' });
    await expect(wrong).rejects.toThrow('password authentication failed');
  }
});
