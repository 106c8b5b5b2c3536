import { ownEvent } from './own-event';
import type { RecordedEvent } from './recorded-event';

/**
 * What a function makes of an event that it only looks at, as a key function does: the event is the one that all see, and
 * frozen. A function that changes it all the same, as by sorting a list in it, is called again with an event of its own.
 */
export function madeOf<T>(make: (event: RecordedEvent) => T, event: RecordedEvent): T {
  try {
    return make(event);
  } catch (error) {
    // Of whatever realm: a function may be of another one than this code.
    if ((error as Partial<Error> | undefined | null)?.name !== 'TypeError') throw error;
    return make(ownEvent(event));
  }
}
