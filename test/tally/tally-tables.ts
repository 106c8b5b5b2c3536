import type { TestDatabase } from '../support/database';

/** A database that a test made by `createDatabase` or otherwise. */
export type Database = Pick<TestDatabase, 'query'>;

/**
 * What tally projections write. Nothing in the log keeps an event from being written down twice, and the fold of a
 * stream depends on the order of its events.
 */
export async function createTallyTables(database: Database): Promise<void> {
  await database.query(`
    CREATE TABLE tally_log (
      serial bigint GENERATED ALWAYS AS IDENTITY,
      projection text NOT NULL,
      position bigint NOT NULL,
      stream_id text NOT NULL,
      version int NOT NULL,
      owner int NOT NULL,
      epoch bigint NOT NULL,
      at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE TABLE tally_folds (
      projection text NOT NULL,
      stream_id text NOT NULL,
      n int NOT NULL,
      fold bigint NOT NULL,
      PRIMARY KEY (projection, stream_id)
    )`);
}
