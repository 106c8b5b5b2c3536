import { startApp, type TestApp } from '../../support/app';
import { createDatabase, type TestDatabase } from '../../support/database';
import { happened, NO_POLLING } from '../../support/store';

describe.each([true, false])('an append in a transaction that is prepared, listen: %p', (listen) => {
  let database: TestDatabase;
  let app: TestApp;

  beforeEach(async () => {
    database = await createDatabase();
    app = await startApp(database.url, { options: { ...NO_POLLING, listen } });
  });
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  it('does not keep it from being prepared, nor from being committed later', async () => {
    const runner = app.dataSource.createQueryRunner();
    await runner.startTransaction();
    await app.store.append('s', [happened()], { manager: runner.manager });
    const gid = `two-phase-${process.pid}-${listen}`;
    await runner.query(`PREPARE TRANSACTION '${gid}'`);
    await runner.rollbackTransaction();
    await runner.release();
    expect(await app.store.readStream('s')).toEqual([]);
    await database.query(`COMMIT PREPARED '${gid}'`);
    expect(await app.store.readStream('s')).toHaveLength(1);
    expect(await app.store.append('s', [happened()])).toMatchObject({ version: 2 });
  });
});
