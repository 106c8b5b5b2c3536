import { EventTooDeepError } from './event-too-deep.error';
import { MAX_DEPTH } from './json-depth';
import { isJsonPart } from './json-part';
import type { RecordedEvent } from './recorded-event';
import { StoredEvent } from './stored-event';

/**
 * The event as one call of a handler gets it: its own, so that what it does to the event is seen by no other handler,
 * projection or try. The date cannot be set, and is shared.
 * @param event with data that are frozen
 * @throws EventTooDeepError
 */
export function ownEvent(event: RecordedEvent): RecordedEvent {
  const metadata = copyJson(event.metadata, event) as RecordedEvent['metadata'];
  return new StoredEvent(event, copyJson(event.data, event), metadata);
}

/** What is flat, as most events are, takes little more than the spread. */
function copyJson(value: unknown, event: RecordedEvent, level = 1): unknown {
  if (!isJsonPart(value)) return value;
  if (level > MAX_DEPTH) throw new EventTooDeepError(event.globalPosition);
  if (Array.isArray(value)) return value.map((part) => copyJson(part, event, level + 1));
  const copy: Record<string, unknown> = { ...value };
  for (const name in copy) {
    const part = copy[name];
    if (typeof part === 'object' && part !== null) copy[name] = copyJson(part, event, level + 1);
  }
  return copy;
}
