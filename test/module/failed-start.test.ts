import { startApp } from '../support/app';
import { createDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { recorder } from '../support/recorder';

it('a start that fails leaves no session behind', async () => {
  const database = await createDatabase();
  const role = `failing_${process.pid}`;
  const projections = [recorder({ name: 'log' })];
  await (await startApp(database.url, { projections })).close();
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT ALL ON SCHEMA public TO ${role};
    GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role};
    REVOKE INSERT, UPDATE ON projection_instances FROM ${role}`);
  const url = Object.assign(new URL(database.url), { username: role, password: 'x' }).href;
  try {
    await expect(startApp(url, { projections, options: { migrate: false } })).rejects.toThrow(
      /permission denied|GRANT/,
    );
    await eventually(async () => {
      const listening = await database.query(
        `SELECT FROM pg_stat_activity WHERE usename = $1 AND query ILIKE 'LISTEN%'`,
        [role],
      );
      expect(listening).toEqual([]);
    }, 5_000);
  } finally {
    await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await database.drop();
  }
});
