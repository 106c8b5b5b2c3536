import type { DataSource } from 'typeorm';

/** Any number will do that nobody else takes. */
const MIGRATION_LOCK = 67737796;

/**
 * Runs the migrations that have not run. TypeORM takes no lock for it, and two processes that start together
 * would both run them: they queue here.
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  const guard = dataSource.createQueryRunner();
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      await dataSource.runMigrations({ transaction: 'each' });
    } finally {
      await guard.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    }
  } finally {
    await guard.release();
  }
}
