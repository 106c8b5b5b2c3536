import type { DataSource } from 'typeorm';
import { projectionMigrations } from './migrations';
import { tableName } from './table-name';

/** "projections" on a telephone keypad: any number will do that nobody else takes. */
const MIGRATION_LOCK = 77653284667;

/**
 * Runs the migrations that have not run, in one transaction. Processes that start together queue for the lock. The
 * module keeps a list of its own, so that the application's migrations are none of its business.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  const done = tableName(dataSource, 'projection_migrations');
  await dataSource.transaction('READ COMMITTED', async (manager) => {
    await manager.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await manager.query(`
      CREATE TABLE IF NOT EXISTS ${done} (
        name text PRIMARY KEY,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    const rows = await manager.query<{ name: string }[]>(`SELECT name FROM ${done}`);
    const applied = new Set(rows.map(({ name }) => name));
    for (const Migration of projectionMigrations) {
      const migration = new Migration();
      if (applied.has(migration.name!)) continue;
      await migration.up(manager.queryRunner!);
      await manager.query(`INSERT INTO ${done} (name) VALUES ($1)`, [migration.name]);
    }
  });
}
