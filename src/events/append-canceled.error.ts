import { ProjectionError } from './projection.error';

/**
 * The server ended the statement of an append, by `statement_timeout` or `lock_timeout`. Thrown by `append`, which
 * wrote nothing. Append again, and keep transactions that append short.
 *
 * @publicApi
 */
export class AppendCanceledError extends ProjectionError {
  constructor(
    readonly streamId: string,
    cause: unknown,
  ) {
    super(
      `The append to stream "${streamId}" was canceled by the server (${(cause as Error).message}): it took longer than ` +
        'statement_timeout or lock_timeout allows, perhaps waiting for an open append to the same stream. ' +
        'Append again, and keep transactions that append short.',
      { cause },
    );
  }
}
