import { isJsonPart } from './json-part';
import type { RecordedEvent } from './recorded-event';
import { StoredEvent } from './stored-event';

/**
 * The event as one call of a handler gets it: its own, so that what it does to the event is seen by no other handler,
 * projection or try. The date cannot be set, and is shared.
 * @param event with data that are frozen
 */
export function ownEvent(event: RecordedEvent): RecordedEvent {
  return giveAway(new StoredEvent(event));
}

/** Makes one that a function has only looked at the handler's own: the payload is what it shares with others. */
export function giveAway(lent: StoredEvent): RecordedEvent {
  lent.data = copyJson(lent.data);
  lent.metadata = copyJson(lent.metadata) as RecordedEvent['metadata'];
  return lent;
}

/** What is flat, as most events are, takes little more than the spread. */
function copyJson(value: unknown): unknown {
  if (!isJsonPart(value)) return value;
  if (Array.isArray(value)) return value.map(copyJson);
  const copy: Record<string, unknown> = { ...value };
  for (const name in copy) {
    const part = copy[name];
    if (typeof part === 'object' && part !== null) copy[name] = copyJson(part);
  }
  return copy;
}
