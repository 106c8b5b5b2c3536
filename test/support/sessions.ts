import type { Client } from 'pg';
import { eventually } from './eventually';
import type { TestDatabase } from './database';

export interface PlainAppend {
  /** @default 1 */
  readonly version?: number;
  /** @default 'Happened' */
  readonly type?: string;
}

/** Appends an event by plain SQL, in whatever transaction the session is in. Returns its position. */
export async function insertEvent(
  session: Client,
  streamId: string,
  { version = 1, type = 'Happened' }: PlainAppend = {},
): Promise<number> {
  const { rows } = await session.query<{ global_position: string }>(
    `INSERT INTO events (id, stream_id, version, type, data) VALUES (gen_random_uuid(), $1, $2, $3, '{}')
     RETURNING global_position`,
    [streamId, version, type],
  );
  return Number(rows[0]!.global_position);
}

export async function pidOf(session: Client): Promise<number> {
  const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]!.pid;
}

/** Resolves once another session waits for a lock that this one holds. */
export async function someoneWaitsFor(database: TestDatabase, holder: number): Promise<void> {
  await eventually(async () => {
    const [row] = await database.query<{ waiting: number }>(
      'SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))',
      [holder],
    );
    expect(row!.waiting).toBeGreaterThan(0);
  });
}
