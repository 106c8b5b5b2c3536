import type { Client } from 'pg';

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
