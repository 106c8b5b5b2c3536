import { messageDbMessages } from 'nestjs-projections';
import { COUNTED, type ForeignStore } from '../foreign-store';
import { sqlWriter } from './sql-writer';

/** The table as message-db makes it. */
const TABLES = `
  CREATE SCHEMA message_store;
  CREATE TABLE message_store.messages (
    global_position bigserial PRIMARY KEY,
    position bigint NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    time timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'utc'),
    stream_name text NOT NULL,
    type text NOT NULL,
    data jsonb,
    metadata jsonb,
    UNIQUE (stream_name, position)
  )`;

/** It writes as message-db's function does: a category at a time, and other categories at the same time. */
export const messageDb: ForeignStore = {
  name: 'message-db',
  source: messageDbMessages,
  create: async (database) => {
    await database.query(TABLES);
  },
  connect: (url) =>
    sqlWriter(url, async (client, streamId, amount) => {
      const category = `account${streamId.replace(/\D/g, '')}`;
      await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [category]);
      const { rows } = await client.query<{ position: string }>(
        `INSERT INTO message_store.messages (stream_name, position, type, data)
         SELECT $1, coalesce(max(position), -1) + 1, $2, $3 FROM message_store.messages WHERE stream_name = $1
         RETURNING global_position AS position`,
        [`${category}-1`, COUNTED, { amount }],
      );
      return BigInt(rows[0]!.position);
    }),
};
