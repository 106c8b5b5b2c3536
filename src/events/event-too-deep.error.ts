import { MAX_DEPTH } from './json-depth';
import { ProjectionError } from './projection.error';

/**
 * An event is nested so deep that no handler can be given a copy of its own; only plain SQL can have written it. It
 * is the `cause` of the `HandlerFailedError` of its event. Make the event flatter where it is stored, or skip or
 * discard it.
 *
 * @publicApi
 */
export class EventTooDeepError extends ProjectionError {
  constructor(readonly globalPosition: bigint) {
    super(
      `the event at position ${globalPosition} has data or metadata nested more than ${MAX_DEPTH} levels deep, and no ` +
        'handler can be given it; make it flatter where it is stored (in the events table, or as a dead letter), or pass it ' +
        'over with a reason (append refuses such events)',
    );
  }
}
