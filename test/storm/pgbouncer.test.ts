import { Logger } from '@nestjs/common';
import { startApp } from '../support/app';
import { createDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { tally } from '../tally/tally-projection';
import { createTallyTables } from '../tally/tally-tables';
import { PGBOUNCER, type PgBouncer, startPgBouncer } from './pgbouncer';
import { storm } from './storm';

const describeWhereInstalled = PGBOUNCER ? describe : describe.skip;
const reason = PGBOUNCER ? '' : ' (skipped: pgbouncer is not installed; apt-get install pgbouncer)';

describeWhereInstalled(`through PgBouncer in transaction mode${reason}`, () => {
  let database: TestDatabase;
  let pgbouncer: PgBouncer;
  beforeEach(async () => {
    database = await createDatabase();
    pgbouncer = await startPgBouncer(database.url);
  });
  afterEach(async () => {
    await pgbouncer.stop();
    await database.drop();
  });

  it('a storm of writers loses nothing, doubles nothing and keeps the order', () =>
    storm(database, { url: pgbouncer.url }));

  it('says that LISTEN hears nothing, and wakes up by polling', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn');
    await createTallyTables(database);
    const app = await startApp(pgbouncer.url, { projections: [tally({ name: 'tally' })] });
    try {
      await eventually(() =>
        expect(warn).toHaveBeenCalledWith(expect.stringMatching(/LISTEN hears nothing.*polling alone/)),
      );
      const other = await startApp(pgbouncer.url, { options: { listen: false } });
      const { globalPosition } = await other.store.append('stream', [
        { type: 'Counted', data: { amount: 1 } },
      ]);
      await other.close();
      await app.projections.waitFor('tally', globalPosition);
    } finally {
      warn.mockRestore();
      await app.close();
    }
  });
});
