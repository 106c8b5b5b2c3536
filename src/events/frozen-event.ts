import { MAX_DEPTH } from './json-depth';
import { isJsonPart } from './json-part';
import { PageEvent } from './page-event';
import { asRecorded } from './recorded-date';
import type { RecordedEvent } from './recorded-event';
import { StoredEvent } from './stored-event';

/**
 * The event as everybody may see it, who only looks at it: it cannot be changed, all the way down. What is no JSON in it,
 * as sources of others may have, stays as it is.
 * @param event which no user's function has yet
 */
export function freezeEvent(event: RecordedEvent): RecordedEvent {
  if (event instanceof PageEvent || (event instanceof StoredEvent && Object.isFrozen(event))) return event;
  freezeDeep(event.data);
  freezeDeep(event.metadata);
  return Object.freeze(
    event instanceof StoredEvent
      ? event
      : new StoredEvent({ ...event, recordedAt: asRecorded(event.recordedAt) }),
  );
}

/** An event for people, and for functions that may do with it what one does with an object. */
export function plainEvent(event: RecordedEvent): RecordedEvent {
  return event instanceof PageEvent ? Object.freeze(new StoredEvent(event)) : event;
}

/** @param value as JSON has it; what is no JSON stays as it is */
export function freezeDeep(value: unknown, level = 1): void {
  if (!isJsonPart(value)) return;
  for (const name in value) {
    const part = (value as Record<string, unknown>)[name];
    if (typeof part !== 'object' || part === null) continue;
    if (level < MAX_DEPTH) freezeDeep(part, level + 1);
    else freezeDeeper(part);
  }
  Object.freeze(value);
}

/** Without calling itself: Node's stack would end. */
function freezeDeeper(root: object): void {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const part = open.pop();
    if (!isJsonPart(part)) continue;
    for (const inner of Object.values(part)) open.push(inner);
    Object.freeze(part);
  }
}
