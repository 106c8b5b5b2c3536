import { ProjectionError } from '../events/projection.error';

/**
 * The events table lacks a unique constraint, as a partitioned table does: two appends could store the same version
 * or id. Thrown at start, and by `append` and reads once it is seen. Run the statement in the message.
 *
 * @publicApi
 */
export class MissingConstraintError extends ProjectionError {
  constructor(events: string, columns: readonly string[]) {
    const list = columns.join(', ');
    super(
      `${events} has no unique constraint on (${list}): two appends at once could both store the same ${columns.at(-1)!}. ` +
        `Run: ALTER TABLE ${events} ADD UNIQUE (${list}). A partitioned table can have what is needed only where it is ` +
        'partitioned by stream_id: PRIMARY KEY (global_position, stream_id), UNIQUE (stream_id, version), UNIQUE (id, stream_id).',
    );
  }
}
