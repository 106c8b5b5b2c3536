import { ProjectionError } from './projection.error';

/**
 * The database, or the transaction of the caller, takes no writes. Thrown by `append`, which wrote nothing. Append
 * through a connection to the primary that may write.
 *
 * @publicApi
 */
export class ReadOnlyStoreError extends ProjectionError {
  constructor(
    readonly streamId: string,
    cause: unknown,
  ) {
    super(
      `The append to stream "${streamId}" was refused, since the transaction is read-only: the server is a standby, ` +
        'default_transaction_read_only is set, or the transaction was begun as READ ONLY. Append through a connection ' +
        'to the primary that may write.',
      { cause },
    );
  }
}
