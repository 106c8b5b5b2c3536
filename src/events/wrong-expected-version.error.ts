import type { ExpectedVersion } from './event-store';
import { ProjectionError } from './projection.error';

/**
 * The stream is at another version than `expectedVersion`. Thrown by `append`, which wrote nothing. Read the stream
 * again, decide again, and append with the version that was read.
 *
 * @publicApi
 */
export class WrongExpectedVersionError extends ProjectionError {
  constructor(
    readonly streamId: string,
    readonly expected: ExpectedVersion,
    readonly actual: number,
  ) {
    super(
      `Stream "${streamId}" is at version ${actual}, not at the expected ${JSON.stringify(expected)}: ` +
        'read the stream again, decide again, and append with the version you read.',
    );
  }
}
