import { plainEvent } from '../../events/frozen-event';
import { ProjectionError } from '../../events/projection.error';
import type { RecordedEvent } from '../../events/recorded-event';
import { describeError } from './describe-error';

/** What became of an event that could not be applied, and so what helps. */
export type FailureConsequence = 'stopped' | 'set-aside' | 'append-refused';

const NEXT: Record<FailureConsequence, (event: RecordedEvent) => string> = {
  stopped: ({ globalPosition }) =>
    'Nothing the event wrote was kept. Next: fix the handler or the data, then resume the projection; or skip ' +
    `position ${globalPosition} with a reason.`,
  'set-aside': () =>
    'Nothing the event wrote was kept; it is a dead letter. Next: fix the handler or the data, then retry the dead ' +
    'letter (retryDeadLetters); or discard it with a reason (discardDeadLetters).',
  'append-refused': () =>
    'The append was refused with it, and nothing was stored. Next: tell whoever asked for it; or fix the handler or ' +
    'the data, and append again.',
};

/** What failed besides handlers, which are given by their method's name. */
export const AT_COMMIT = 'commit';
const CALLBACKS = new Set([AT_COMMIT, 'segmentBy', 'parkBy']);
const KEY_OF = 'the key of ';

/** The key function of a row handler, as what failed. */
export const keyOf = (method: string): string => KEY_OF + method;

/**
 * An event could not be applied: its handler, or another function of the projection, threw, or the database refused
 * what it wrote. `cause` is what was thrown. `append` throws it where an inline projection fails, and stores nothing;
 * of another projection it is the `error` in its status, or the text of a dead letter. Fix the handler or the data,
 * then resume the projection or retry the dead letter.
 *
 * @publicApi
 */
export class HandlerFailedError extends ProjectionError {
  readonly event: RecordedEvent;

  /** @param method the handler's name, or what else failed: `the key of` a handler, `segmentBy`, `parkBy`, `commit` of all */
  constructor(
    readonly projection: string,
    readonly method: string,
    event: RecordedEvent,
    cause: unknown,
    consequence: FailureConsequence = 'stopped',
  ) {
    super(
      `Projection "${projection}" failed ${placeOfFailure(method)} ${placeOf(event)}: ${describeError(cause)}. ` +
        NEXT[consequence](event),
      { cause },
    );
    this.event = plainEvent(event);
  }

  /**
   * The same failure with the advice that helps after what became of the event.
   *
   * @internal
   */
  as(consequence: FailureConsequence): HandlerFailedError {
    return new HandlerFailedError(this.projection, this.method, this.event, this.cause, consequence);
  }
}

function placeOfFailure(method: string): string {
  if (method === AT_COMMIT) return 'at the commit of';
  if (method.startsWith(KEY_OF)) return `in ${method}() on`;
  return CALLBACKS.has(method) ? `in its ${method} on` : `in ${method}() on`;
}

/** Which event it is, in words. */
export function placeOf({ type, globalPosition, streamId, version }: RecordedEvent): string {
  return `${type} at position ${globalPosition} (stream "${streamId}", version ${version})`;
}
