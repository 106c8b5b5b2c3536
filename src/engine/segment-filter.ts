import type { EventPage } from '../events/event-source';
import type { RecordedEvent } from '../events/recorded-event';
import { HandlerFailedError } from './engine.errors';

export type SegmentBy = (event: RecordedEvent) => string;

/** FNV-1a over the characters, and the finalizer of MurmurHash3, whose low bits are as good as its high ones. */
export function segmentOfKey(key: string, segments: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % segments;
}

/** Picks the events of one segment out of what is read for all of them. */
export class SegmentFilter {
  constructor(
    private readonly projection: string,
    private readonly segment: number,
    private readonly segments: number,
    private readonly segmentBy: SegmentBy,
  ) {}

  /** @throws HandlerFailedError when the first event of the segment has no key; a page ends before a later one */
  take(page: EventPage): EventPage {
    if (this.segments === 1) return page;
    const events: RecordedEvent[] = [];
    for (const event of page.events)
      try {
        if (segmentOfKey(String(this.segmentBy(event)), this.segments) === this.segment) events.push(event);
      } catch (error) {
        // Whose it is nobody can tell; the segment of its stream answers for it.
        if (segmentOfKey(event.streamId, this.segments) !== this.segment) continue;
        if (events.length > 0) return { events, through: event.globalPosition - 1n, bytes: 0 };
        throw new HandlerFailedError(this.projection, 'segmentBy', event, error);
      }
    return { ...page, events };
  }
}
