import { ownEvent } from './own-event';
import type { RecordedEvent } from './recorded-event';

/**
 * What a function makes of an event that it only looks at, as a key function does. One that changes what the event holds
 * all the same, as by sorting a list in it, is called again with an event of its own.
 * @param lent a plain one, with a payload that is frozen
 */
export function madeOf<T>(make: (event: RecordedEvent) => T, lent: RecordedEvent): T {
  try {
    return make(lent);
  } catch (error) {
    // Of whatever realm: a function may be of another one than this code.
    if ((error as Partial<Error> | undefined | null)?.name !== 'TypeError') throw error;
    return make(ownEvent(lent));
  }
}
