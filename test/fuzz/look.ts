import type { TestDatabase } from '../support/database';
import type { Row } from './fold';
import type { FuzzData } from './plan';
import { tableOf } from './rows';

export interface StoredEvent {
  readonly position: number;
  readonly id: string;
  readonly streamId: string;
  readonly version: number;
  readonly type: string;
  readonly data: FuzzData;
}

export interface Letter extends StoredEvent {
  readonly state: 'failed' | 'waiting';
  readonly parkedBy: string | null;
  readonly error: string | null;
}

/** What the database says of one projection, all in one moment. */
export interface Facts {
  readonly events: readonly StoredEvent[];
  readonly rows: readonly Row[];
  readonly letters: readonly Letter[];
  /** Where events were skipped or discarded since the last rebuild. */
  readonly removed: readonly number[];
}

const AUDIT = `
  SELECT * FROM projection_audit WHERE projection = $1 AND id > (
    SELECT coalesce(max(id), 0) FROM projection_audit WHERE projection = $1 AND action = 'rebuild'
  )`;

export async function look(database: TestDatabase, projection: string): Promise<Facts> {
  const [facts] = await database.query<{ facts: Facts }>(
    `SELECT json_build_object(
       'events', ${list(
         `SELECT global_position AS position, id, stream_id AS "streamId", version, type, data FROM events ORDER BY 1`,
       )},
       'rows', ${list(
         `SELECT key, n, fold, total::text, tags, positions FROM ${tableOf(projection)} ORDER BY key`,
       )},
       'letters', ${list(
         `SELECT position, event_id AS id, stream_id AS "streamId", version, type, data, state, parked_by AS "parkedBy", error_message AS error
          FROM projection_dead_letters WHERE projection = $1 ORDER BY position`,
       )},
       'removed', (
         SELECT coalesce(json_agg(position), '[]') FROM (
           SELECT (details->>'position')::int AS position FROM (${AUDIT}) audit WHERE action = 'skip'
           UNION ALL
           SELECT (event->>'position')::int FROM (${AUDIT}) audit, jsonb_array_elements(details->'events') AS event
           WHERE action = 'discard'
         ) AS removed
       )
     ) AS facts`,
    [projection],
  );
  return facts!.facts;
}

const list = (select: string): string => `(SELECT coalesce(json_agg(r), '[]') FROM (${select}) r)`;

/** What the database has of who runs what, and where. */
export async function controlOf(database: TestDatabase): Promise<string> {
  const tables = ['states', 'checkpoints', 'leases', 'instances', 'commands'];
  const rows = tables.map(async (table) => {
    const [row] = await database.query<{ rows: unknown }>(
      `SELECT json_agg(r) AS rows FROM (SELECT * FROM projection_${table} LIMIT 12) r`,
    );
    return `${table}: ${JSON.stringify(row?.rows)}`;
  });
  return (await Promise.all(rows)).join('\n');
}
