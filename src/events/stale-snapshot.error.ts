import { ProjectionError } from './projection.error';

/**
 * The stream moved after the snapshot of the caller's transaction was taken, which is REPEATABLE READ or
 * SERIALIZABLE. Thrown by `append` with `manager`; its `code` is the SQLSTATE of a serialization failure. Run the
 * whole transaction again, or begin it at READ COMMITTED.
 *
 * @publicApi
 */
export class StaleSnapshotError extends ProjectionError {
  readonly code = '40001';

  constructor(
    readonly streamId: string,
    cause: unknown,
  ) {
    super(
      `The append to stream "${streamId}" cannot be made in its transaction, whose snapshot is older than the end of ` +
        'the stream: run the whole transaction again, or begin it at READ COMMITTED.',
      { cause },
    );
  }
}
