import type { KeyCallback } from '../../authoring/key-callback';
import { madeOf } from '../../events/made-of';
import type { RecordedEvent } from '../../events/recorded-event';
import { HandlerFailedError } from './handler-failed.error';
import { keyTextOf } from './key-text';

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
    return keyTextOf(madeOf(by, event));
  } catch (error) {
    throw new HandlerFailedError(projection, callback, event, error);
  }
}
