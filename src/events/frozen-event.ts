import { RecordedDate } from './recorded-date';
import type { RecordedEvent } from './recorded-event';
import { StoredEvent } from './stored-event';

type Unfrozen = { -readonly [Property in keyof RecordedEvent]: RecordedEvent[Property] };

/**
 * Makes an event that was just decoded unchangeable, all the way down: projections, tries and callbacks share it.
 * @param event of JSON, which nobody else has yet
 */
export function freezeEvent(event: RecordedEvent): RecordedEvent {
  const unfrozen: Unfrozen = event;
  if (event.recordedAt instanceof Date && !(event.recordedAt instanceof RecordedDate))
    unfrozen.recordedAt = new RecordedDate(event.recordedAt);
  freezeDeep(event.data);
  freezeDeep(event.metadata);
  return Object.freeze(new StoredEvent(event));
}

function freezeDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const name in value) freezeDeep((value as Record<string, unknown>)[name]);
  Object.freeze(value);
}

/**
 * The event as one handler gets it in one try: its own, so that what it does to the event is seen by nobody else and
 * not by its next try.
 */
export function ownEvent(event: RecordedEvent): RecordedEvent {
  return new StoredEvent({
    id: event.id,
    streamId: event.streamId,
    type: event.type,
    data: copyJson(event.data),
    metadata: copyJson(event.metadata) as RecordedEvent['metadata'],
    version: event.version,
    globalPosition: event.globalPosition,
    recordedAt: event.recordedAt,
  });
}

/** Not by a spread, which takes twice as long for what is frozen. */
function copyJson(value: unknown): unknown {
  if (!isJsonPart(value)) return value;
  if (Array.isArray(value)) return value.map(copyJson);
  const copy: Record<string, unknown> = {};
  for (const name in value) setOwn(copy, name, copyJson((value as Record<string, unknown>)[name]));
  return copy;
}

/** By assignment, which is fast, but for the one name that it means something else for. */
function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  else object[name] = value;
}

/** An object or array as JSON has them; sources of others may have more in their events. */
function isJsonPart(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
