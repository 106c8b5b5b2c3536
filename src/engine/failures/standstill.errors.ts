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

/** So many events failed that setting aside one more would hide that something is broken. */
export class TooManyDeadLettersError extends ProjectionError {
  constructor(projection: string, limit: number, cause: HandlerFailedError) {
    super(
      `Projection "${projection}" has ${limit} failed dead letters already (maxDeadLetters) and stopped before one ` +
        `more. Next: mend the cause, retry or discard the dead letters, and resume. The last: ${cause.message}`,
      { cause },
    );
  }
}

/** A projection that stopped, as stored by whichever instance it stopped on. */
export class ProjectionStoppedError extends ProjectionError {
  constructor(
    readonly projection: string,
    message: string,
  ) {
    super(message);
  }
}

/** Something failed again and again that is no event's failure and that the module does not know to pass by itself. */
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
