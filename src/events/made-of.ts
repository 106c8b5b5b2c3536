import { ownEvent } from './own-event';
import type { RecordedEvent } from './recorded-event';
import { StoredEvent } from './stored-event';

/**
 * What a function makes of an event that it only looks at, as a key function does: of a plain one, with the payload that all
 * share, which is frozen. One that changes what the event holds all the same, as by sorting a list in it, is called again
 * with an event of its own.
 */
export function madeOf<T>(make: (event: RecordedEvent) => T, event: RecordedEvent): T {
  try {
    return make(new StoredEvent(event));
  } catch (error) {
    // Of whatever realm: a function may be of another one than this code.
    if ((error as Partial<Error> | undefined | null)?.name !== 'TypeError') throw error;
    return make(ownEvent(event));
  }
}
