import type { TestDatabase } from '../../support/database';

/** Has the store begin again and be filled up to `end` by somebody else, as from another copy of it. */
export async function refill(database: TestDatabase, end: number): Promise<void> {
  await database.query('TRUNCATE events RESTART IDENTITY');
  await fill(database, end);
}

/** As a restore of an older copy, which ends at `kept`, and what was appended to that. */
export async function fallBack(database: TestDatabase, kept: number, end: number): Promise<void> {
  await database.query('DELETE FROM events WHERE global_position > $1', [kept]);
  await database.query(`SELECT setval(pg_get_serial_sequence('events', 'global_position'), $1)`, [kept]);
  await fill(database, end - kept);
}

function fill(database: TestDatabase, count: number): Promise<unknown> {
  return database.query(
    `INSERT INTO events (id, stream_id, version, type, data)
     SELECT gen_random_uuid(), 'new-' || n % 7, 1 + n / 7, 'Happened', '{}' FROM generate_series(0, $1::int - 1) n`,
    [count],
  );
}
