import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MissingPrivilegesError } from 'nestjs-projections';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, runOn, type TestDatabase } from '../support/database';
import { createRecordedTable, positionsRecordedBy, recorder } from '../support/recorder';
import { happened } from '../support/store';

/** The statements of the page, for the role that it calls `shop_app`. */
function documentedGrants(role: string): string {
  const page = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
  const [, sql] = /## Rights in the database[\s\S]*?```sql\n([\s\S]*?)```/.exec(page)!;
  return sql!.replaceAll('shop_app', role);
}

describe('a database role with the least rights', () => {
  let database: TestDatabase;
  let role: string;
  let url: string;

  beforeEach(async () => {
    database = await createDatabase();
    await createRecordedTable(database);
    role = `app_${new URL(database.url).pathname.slice(1)}`;
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    await database.query('REVOKE ALL ON SCHEMA public FROM PUBLIC');
    url = Object.assign(new URL(database.url), { username: role, password: 'x' }).href;
  });
  afterEach(async () => {
    await database.query(`DROP OWNED BY ${role}`);
    await database.drop();
    await runOn(process.env.TEST_DATABASE_URL!, `DROP ROLE ${role}`);
  });

  const makeTables = async () => (await startApp(database.url)).close();
  const grantAsDocumented = async () => {
    for (const statement of documentedGrants(role).split(';\n').filter(Boolean))
      await database.query(statement);
    await database.query(
      `GRANT ALL ON recorded TO ${role}; GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
    );
  };
  const startAs = (migrate: boolean): Promise<TestApp> =>
    startApp(url, { projections: [recorder({ name: 'log' })], options: { migrate } });

  /** Grants what the refusals say until the start succeeds. */
  async function followAdvice(migrate: boolean): Promise<TestApp> {
    for (let refusals = 0; refusals < 5; refusals++) {
      const app = await startAs(migrate).catch((error: Error) => error);
      if (!(app instanceof Error)) return app;
      expect(app).toBeInstanceOf(MissingPrivilegesError);
      const [grants] = /(?:GRANT|ALTER TABLE) .*?;(?: (?:GRANT|ALTER) .*?;)*/.exec(app.message)!;
      await database.query(grants);
    }
    throw new Error('It is refused whatever is granted.');
  }

  it.each([false, true])('does with what the documentation grants, with migrate: %s', async (migrate) => {
    await makeTables();
    await grantAsDocumented();
    const app = await startAs(migrate);
    const { globalPosition } = await app.store.append('s', [happened()]);
    await app.projections.waitFor('log', globalPosition);
    await app.projections.pause('log', { by: 'x' });
    await app.projections.resume('log', { by: 'x' });
    expect(await positionsRecordedBy(database, 'log')).toEqual([1]);
    await app.close();
  });

  it('is told which right is missing, before any work begins', async () => {
    await makeTables();
    await grantAsDocumented();
    await database.query(`REVOKE DELETE ON projection_leases FROM ${role}`);
    await database.query(`REVOKE ALL ON SEQUENCE events_global_position_seq FROM ${role}`);
    const error = await startAs(false).catch((refusal: Error) => refusal);
    expect(error).toBeInstanceOf(MissingPrivilegesError);
    expect((error as Error).message).toContain(`GRANT DELETE ON "projection_leases" TO "${role}";`);
    expect((error as Error).message).toContain('GRANT SELECT ON SEQUENCE public.events_global_position_seq');
  });

  it('starts once what the refusals name is granted, tables made by another', async () => {
    await makeTables();
    await database.query(`GRANT ALL ON recorded TO ${role}; GRANT USAGE ON SCHEMA public TO ${role}`);
    await (await followAdvice(true)).close();
  });

  it('may make the tables itself once what the refusals name is granted', async () => {
    await database.query(`GRANT ALL ON recorded TO ${role}`);
    await (await followAdvice(true)).close();
  });

  it('is named where it may make neither schema nor tables', async () => {
    for (const schema of ['missing', undefined]) {
      const start = startApp(url, { schema });
      await expect(start).rejects.toThrow(MissingPrivilegesError);
      await expect(start).rejects.toThrow(
        schema ? 'GRANT CREATE ON DATABASE' : 'GRANT USAGE, CREATE ON SCHEMA public',
      );
    }
  });

  it('is told which table belongs to another when a migration is due', async () => {
    await makeTables();
    await grantAsDocumented();
    await database.query(`GRANT INSERT, DELETE ON projection_migrations TO ${role}`);
    await database.query(`DELETE FROM projection_migrations WHERE name LIKE 'AddSegments%'`);
    const start = startAs(true);
    await expect(start).rejects.toThrow(MissingPrivilegesError);
    await expect(start).rejects.toThrow('ALTER TABLE public.projection_states OWNER TO');
  });
});
