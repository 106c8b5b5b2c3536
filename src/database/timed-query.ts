import type { Pool, QueryArrayConfig } from 'pg';
import type { DataSource } from 'typeorm';

/** Milliseconds that a statement of the module's own may take which is done in one or two. */
export const STATEMENT_TIMEOUT_MS = 10_000;

/** What `pg` takes beside what its types know. */
export type TimedQuery = QueryArrayConfig & { readonly query_timeout: number };

/** Has a statement fail where its connection died without a word; the pool then drops the connection. */
export const timed = (query: QueryArrayConfig, ms = STATEMENT_TIMEOUT_MS): TimedQuery => ({
  ...query,
  query_timeout: ms,
});

/** A statement outside of transactions that fails when it takes too long. */
export async function timedQuery<Row extends object>(
  dataSource: DataSource,
  text: string,
  values: unknown[] = [],
  ms = STATEMENT_TIMEOUT_MS,
): Promise<Row[]> {
  const query = { text, values, query_timeout: ms };
  const { master } = dataSource.driver as unknown as { master: Pool };
  return (await master.query<Row>(query)).rows;
}
