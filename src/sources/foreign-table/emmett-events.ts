import type { EventSource } from '../../events/event-source';
import { type ForeignPlace, sourceOf } from './postgres-table';

/**
 * The events that Emmett keeps in PostgreSQL (`emt_messages`), of all its partitions, archived or not. Emmett makes
 * no index on their positions: without one each look reads the whole table, and the log says so. When the application
 * starts, the source throws `UnsuitableTableError`, `UnsafeSequenceError`, `SequenceNotReadableError` or
 * `UnknownDataSourceError`.
 *
 * @throws InvalidArgumentError when an option cannot be right
 *
 * @example
 * ```ts
 * ProjectionModule.forRoot({ sources: { shop: emmettEvents({ dataSource: 'emmett' }) } });
 * ```
 *
 * @publicApi
 */
export function emmettEvents(place: ForeignPlace = {}): EventSource {
  return sourceOf('emmettEvents', {
    ...place,
    table: 'emt_messages',
    sequence: 'emt_global_message_position',
    where: `message_kind = 'E'`,
    columns: {
      position: 'global_position',
      id: 'message_id',
      streamId: 'stream_id',
      version: 'stream_position',
      type: 'message_type',
      data: 'message_data',
      metadata: 'message_metadata',
      recordedAt: 'created',
    },
  });
}
