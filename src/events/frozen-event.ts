import { asRecorded } from './recorded-date';
import type { RecordedEvent } from './recorded-event';
import { StoredEvent } from './stored-event';

/**
 * The event as it is given away to callers and observers: it cannot be changed, all the way down.
 * @param event of JSON, which no user's function has yet
 */
export function freezeEvent(event: RecordedEvent): RecordedEvent {
  freezeDeep(event.data);
  freezeDeep(event.metadata);
  return Object.freeze(new StoredEvent({ ...event, recordedAt: asRecorded(event.recordedAt) }));
}

/** The same for the event itself, which callers find in an error. */
export function freezeInPlace(event: RecordedEvent): void {
  freezeDeep(event.data);
  freezeDeep(event.metadata);
  Object.freeze(event);
}

function freezeDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const name in value) freezeDeep((value as Record<string, unknown>)[name]);
  Object.freeze(value);
}
