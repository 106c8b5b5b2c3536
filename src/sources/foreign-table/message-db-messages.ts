import type { EventSource } from '../../events/event-source';
import { type ForeignPlace, sourceOf } from './postgres-table';

/**
 * The messages of a message-db store, by default in the schema `message_store`. Its streams count from 0, and
 * versions here from 1. When the application starts, the source throws `UnsuitableTableError`, `UnsafeSequenceError`,
 * `SequenceNotReadableError` or `UnknownDataSourceError`.
 *
 * @throws InvalidArgumentError when an option cannot be right
 *
 * @example
 * ```ts
 * ProjectionModule.forRoot({ sources: { shop: messageDbMessages({ dataSource: 'message-db' }) } });
 * ```
 *
 * @publicApi
 */
export function messageDbMessages({ schema = 'message_store', ...place }: ForeignPlace = {}): EventSource {
  return sourceOf('messageDbMessages', {
    ...place,
    schema,
    table: 'messages',
    columns: {
      position: 'global_position',
      id: 'id',
      streamId: 'stream_name',
      version: { sql: 'position + 1' },
      type: 'type',
      data: 'data',
      metadata: 'metadata',
      recordedAt: { sql: `"time" AT TIME ZONE 'UTC'` },
    },
  });
}
