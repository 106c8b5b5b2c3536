import { isJsonPart } from './json-part';
import { asRecorded } from './recorded-date';
import type { RecordedEvent } from './recorded-event';
import { StoredEvent } from './stored-event';

/**
 * The event as everybody may see it, who only looks at it: it cannot be changed, all the way down. What is no JSON in it,
 * as sources of others may have, stays as it is.
 * @param event which no user's function has yet
 */
export function freezeEvent(event: RecordedEvent): RecordedEvent {
  if (Object.isFrozen(event) && event instanceof StoredEvent) return event;
  freezeDeep(event.data);
  freezeDeep(event.metadata);
  return Object.freeze(
    event instanceof StoredEvent
      ? event
      : new StoredEvent({ ...event, recordedAt: asRecorded(event.recordedAt) }),
  );
}

function freezeDeep(value: unknown): void {
  if (!isJsonPart(value)) return;
  for (const name in value) {
    const part = (value as Record<string, unknown>)[name];
    if (typeof part === 'object' && part !== null) freezeDeep(part);
  }
  Object.freeze(value);
}
