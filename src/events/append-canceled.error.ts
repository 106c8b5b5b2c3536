import { ProjectionError } from './projection.error';

/** The server ended the statement of an append before it was done. Nothing of the append was written. */
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
