import { setTimeout as delay } from 'node:timers/promises';
import { martenEvents } from 'nestjs-projections';
import { COUNTED, type ForeignStore } from '../foreign-store';
import { sqlWriter } from './sql-writer';

/** The tables as Marten 9 makes them, as far as a reader can tell. */
const TABLES = `
  CREATE TABLE mt_streams (
    id uuid PRIMARY KEY,
    type varchar,
    version bigint,
    timestamp timestamptz NOT NULL DEFAULT now(),
    tenant_id varchar NOT NULL DEFAULT '*DEFAULT*',
    is_archived boolean NOT NULL DEFAULT false
  );
  CREATE TABLE mt_events (
    seq_id bigint PRIMARY KEY,
    id uuid NOT NULL,
    stream_id uuid REFERENCES mt_streams ON DELETE CASCADE,
    version bigint NOT NULL,
    data jsonb NOT NULL,
    bdata bytea,
    type varchar(500) NOT NULL,
    timestamp timestamptz NOT NULL DEFAULT now(),
    tenant_id varchar NOT NULL DEFAULT '*DEFAULT*',
    mt_dotnet_type varchar,
    is_archived boolean NOT NULL DEFAULT false
  );
  CREATE UNIQUE INDEX pk_mt_events_stream_and_version ON mt_events (stream_id, version);
  CREATE SEQUENCE mt_events_sequence OWNED BY mt_events.seq_id`;

/**
 * What its function for quick appends does, one step after the other: the position is drawn before anything locks mt_events,
 * and here it takes a while until something does.
 */
export const marten: ForeignStore = {
  name: 'Marten',
  source: (place) => martenEvents({ ...place, appendMode: 'quick' }),
  create: async (database) => {
    await database.query(TABLES);
  },
  connect: (url) =>
    sqlWriter(url, async (client, streamId, amount, { lastsMs }) => {
      const stream = `00000000-0000-4000-8000-${streamId.replace(/\D/g, '').padStart(12, '0')}`;
      await client.query('INSERT INTO mt_streams (id, version) VALUES ($1, 0) ON CONFLICT DO NOTHING', [
        stream,
      ]);
      const { rows } = await client.query<{ position: string }>(
        `SELECT nextval('mt_events_sequence') AS position`,
      );
      const { position } = rows[0]!;
      await delay(lastsMs);
      await client.query(
        `INSERT INTO mt_events (seq_id, id, stream_id, version, data, type)
         SELECT $1, gen_random_uuid(), $2, version + 1, $3, $4 FROM mt_streams WHERE id = $2`,
        [position, stream, { amount }, COUNTED],
      );
      await client.query('UPDATE mt_streams SET version = version + 1 WHERE id = $1', [stream]);
      return BigInt(position);
    }),
};
