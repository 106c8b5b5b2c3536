import { ProjectionError } from './projection.error';

/**
 * The stream moved after the snapshot of the caller's transaction was taken, which is REPEATABLE READ or SERIALIZABLE.
 * Carries the SQLSTATE of a serialization failure, for code that runs a transaction again by that.
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
