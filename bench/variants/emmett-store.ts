import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { withClients } from './clients';

/** The same events in the peer's own store, made by the peer itself; it starts from nothing. */
export async function fillEmmettStore(url: string, events: number): Promise<void> {
  const store = getPostgreSQLEventStore(url);
  await store.schema.migrate();
  await store.close();
  await withClients(url, [{}], async (client) => {
    await client.query(
      `INSERT INTO emt_messages (stream_id, stream_position, partition, message_kind, message_data, message_metadata,
         message_schema_version, message_type, message_id, global_position, transaction_id)
       SELECT stream_id, version, 'emt:default', 'E', data, '{}', '1', type, id::text, global_position,
         pg_current_xact_id()
       FROM events WHERE global_position <= $1 ORDER BY global_position`,
      [events],
    );
    await client.query('ANALYZE emt_messages');
  });
}
