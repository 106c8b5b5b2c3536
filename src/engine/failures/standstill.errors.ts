import { ProjectionError } from '../../events/projection.error';
import { describeError } from './describe-error';
import { HandlerFailedError, placeOf } from './handler-failed.error';

/** A projection waits to try again what failed: until it passes, or as often as an event may be tried. */
export class RetryingError extends ProjectionError {
  readonly at = new Date();

  /**
   * @param position where the projection stands, if it got to know
   * @param attempts how often an event is tried that is to blame itself; `undefined` where something else is
   */
  constructor(projection: string, position: bigint | undefined, cause: unknown, attempts?: number) {
    const failed = cause instanceof HandlerFailedError ? cause : undefined;
    const place = failed ? placeOf(failed.event) : `what follows position ${position ?? 'unknown'}`;
    super(
      `Projection "${projection}" waits to try ${place} again: ${describeError(failed ? failed.cause : cause)}. ` +
        (attempts === undefined
          ? 'Nothing was lost. Next: nothing, it goes on by itself once that passes; if it lasts, look at the ' +
            'database and at what the handler calls.'
          : `It is tried ${attempts} times in all (retry.attempts), and what follows waits for it. Next: nothing if ` +
            'it passes by itself; else fix the handler or the data.'),
      { cause },
    );
  }
}

/**
 * A projection has `maxDeadLetters` failed events and stopped before the next one. It is the `error` in the status of
 * the projection. Fix the cause, retry or discard the dead letters, and resume.
 *
 * @publicApi
 */
export class TooManyDeadLettersError extends ProjectionError {
  constructor(projection: string, limit: number, cause: HandlerFailedError) {
    super(
      `Projection "${projection}" has ${limit} failed dead letters already (maxDeadLetters) and stopped before one ` +
        `more. Next: fix the cause, retry or discard the dead letters, and resume. The last: ${cause.message}`,
      { cause },
    );
  }
}

/**
 * A projection is stopped, here or in another instance. Thrown by `waitFor`, `catchUp` and `rebuild`, with the
 * message that the projection stopped with. Do as the message says, and resume.
 *
 * @publicApi
 */
export class ProjectionStoppedError extends ProjectionError {
  constructor(
    readonly projection: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Something failed again and again that is no fault of an event and is not known to pass by itself. It is the `error`
 * in the status of the stopped projection. Remove the cause and resume; if it passes by itself, say so by
 * `isTransient`.
 *
 * @publicApi
 */
export class UnexpectedFailureError extends ProjectionError {
  constructor(projection: string, position: bigint | undefined, tries: number, cause: unknown) {
    super(
      `Projection "${projection}" stopped at position ${position ?? 'unknown'} after ${tries} tries, all of which failed ` +
        `with what is not known to pass by itself: ${describeError(cause)}. Nothing was lost. Next: remove the cause, ` +
        'then resume the projection; if it passes by itself, say so by isTransient.',
      { cause },
    );
  }
}
