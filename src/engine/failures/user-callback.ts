import { ownEvent } from '../../events/own-event';
import type { RecordedEvent } from '../../events/recorded-event';
import { HandlerFailedError } from './engine.errors';
import { keyTextOf } from './key-text';

/** A user's function that names what an event is kept in order by. */
export type KeyCallback = (event: RecordedEvent) => unknown;

/** Events are kept in order by the stream, where the projection does not say otherwise. */
export const streamOf = ({ streamId }: RecordedEvent): string => streamId;

/**
 * Calls such a function for an event.
 * @throws HandlerFailedError, which names the function, when it throws or gives what is no key
 */
export function callKey(
  projection: string,
  callback: 'segmentBy' | 'parkBy',
  by: KeyCallback,
  event: RecordedEvent,
): string {
  try {
    return keyTextOf(by(ownEvent(event)));
  } catch (error) {
    throw new HandlerFailedError(projection, callback, event, error);
  }
}
