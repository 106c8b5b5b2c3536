import type { TestDatabase } from '../support/database';

/** How many applications are committed. */
export async function logLength(database: TestDatabase): Promise<number> {
  const [row] = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM tally_log');
  return row!.n;
}
