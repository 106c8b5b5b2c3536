import type { DataSource, EntityManager } from 'typeorm';
import { checkTables } from './check-tables';
import { checkOwn, findTables } from './inspect-tables';
import { projectionMigrations } from './migrations';
import { MIGRATIONS_TABLE } from './module-tables';
import { schemaOf, tableName } from './table-name';
import { MIGRATION_LOCK } from '../database/advisory-locks';
import { quoted } from '../database/identifiers';

const MIGRATIONS = 'projection_migrations';

/**
 * Runs the migrations that have not run, in one transaction. Processes that start together queue for the lock. The
 * module keeps a list of its own, so that the application's migrations are none of its business. Where nothing is due
 * nothing is made, so that a role without the right to make tables can start.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  const done = tableName(dataSource, MIGRATIONS);
  await dataSource.transaction('READ COMMITTED', async (manager) => {
    await manager.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await createSchema(manager, schemaOf(dataSource));
    const list = (await findTables(dataSource, manager, [MIGRATIONS])).get(MIGRATIONS);
    if (list) checkOwn(dataSource, MIGRATIONS, list, MIGRATIONS_TABLE);
    const applied = new Set(list ? await namesIn(done, manager) : []);
    const due = projectionMigrations
      .map((Migration) => new Migration())
      .filter(({ name }) => !applied.has(name!));
    for (const migration of due) await migration.up(manager.queryRunner!);
    if (!list)
      await manager.query(`
        CREATE TABLE ${done} (
          name text PRIMARY KEY,
          applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )`);
    for (const { name } of due) await manager.query(`INSERT INTO ${done} (name) VALUES ($1)`, [name]);
    await checkTables(dataSource, manager, done);
  });
}

async function namesIn(list: string, manager: EntityManager): Promise<string[]> {
  const rows = await manager.query<{ name: string }[]>(`SELECT name FROM ${list}`);
  return rows.map(({ name }) => name);
}

/** Looked up first: even IF NOT EXISTS demands the right to make schemas. */
async function createSchema(manager: EntityManager, schema: string | undefined): Promise<void> {
  if (schema === undefined) return;
  const there = await manager.query<unknown[]>('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
  if (there.length === 0) await manager.query(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`);
}
