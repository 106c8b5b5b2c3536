import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { withClients } from './clients';

/**
 * The peer reads an event once no older transaction of the whole server runs, and ends when it has read nothing. An
 * event of a transaction long before makes neither depend on what else the server does.
 */
const LONG_COMMITTED = 3;

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
         '${LONG_COMMITTED}'
       FROM events WHERE global_position <= $1 ORDER BY global_position`,
      [events],
    );
    await client.query('ANALYZE emt_messages');
  });
}
