import { RegistrationStore } from '../../src/state/registration.store';
import { startApp } from '../support/app';
import { around } from '../support/around';
import { createDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { recorder } from '../support/recorder';

it('a start that fails once it is connected leaves no session behind', async () => {
  const database = await createDatabase();
  const listening = () =>
    database.query(
      `SELECT FROM pg_stat_activity
       WHERE application_name = 'nestjs-projections listen' AND datname = current_database()`,
    );
  around(RegistrationStore.prototype, 'register', async () => {
    await eventually(async () => expect(await listening()).toHaveLength(1));
    throw new Error('it cannot be registered');
  });
  try {
    const start = startApp(database.url, { projections: [recorder({ name: 'log' })] });
    await expect(start).rejects.toThrow('it cannot be registered');
    await eventually(async () => expect(await listening()).toEqual([]), 5_000);
  } finally {
    jest.restoreAllMocks();
    await database.drop();
  }
});
