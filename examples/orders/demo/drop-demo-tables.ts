import type { Client } from 'pg';
import { DemoError } from './demo-error';
import { READ_MODEL_TABLES } from './read-model-tables';
import { say } from './say';

/** The example's own list of migrations: where it is, the demo has been before. */
const MIGRATIONS_TABLE = 'orders_migrations';

/** Empties the user's database of what the demo owns, and of nothing else. */
export async function dropDemoTables(client: Client, database: string): Promise<void> {
  const tables = await findDemoTables(client);
  if (tables.length === 0) return;
  if (!tables.includes(MIGRATIONS_TABLE))
    throw new DemoError(
      `The tables ${tables.join(', ')} in ${database} are not the demo's. ` +
        'Give DATABASE_URL another database, or leave out --fresh.',
    );
  say(`Dropping the demo's tables in ${database}: ${tables.join(', ')}.`);
  await client.query(`DROP TABLE ${tables.map((table) => `"${table}"`).join(', ')}`);
}

async function findDemoTables(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ tablename: string }>(
    `SELECT tablename FROM pg_tables
     WHERE schemaname = current_schema() AND (tablename LIKE 'projection\\_%' OR tablename = ANY ($1))
     ORDER BY tablename`,
    [['events', MIGRATIONS_TABLE, ...Object.values(READ_MODEL_TABLES).flat()]],
  );
  return rows.map(({ tablename }) => tablename);
}
