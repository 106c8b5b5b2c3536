import type { EventPage } from '../../events/event-source';
import type { RecordedEvent } from '../../events/recorded-event';
import { HandlerFailedError } from '../failures/handler-failed.error';
import type { KeyCallback } from '../../authoring/key-callback';
import { callKey } from '../failures/user-callback';

/** FNV-1a over the characters, and the finalizer of MurmurHash3, whose low bits are as good as its high ones. */
export function segmentOfKey(key: string, segments: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % segments;
}

/** Which segment an event belongs to; where its key cannot be told, that of its stream answers for it. */
export function segmentOf(
  projection: string,
  event: RecordedEvent,
  segments: number,
  segmentBy: KeyCallback,
): { readonly segment: number; readonly failure?: HandlerFailedError } {
  try {
    return { segment: segmentOfKey(callKey(projection, 'segmentBy', segmentBy, event), segments) };
  } catch (error) {
    if (!(error instanceof HandlerFailedError)) throw error;
    return { segment: segmentOfKey(event.streamId, segments), failure: error };
  }
}

/** Picks the events of one segment out of what is read for all of them. */
export class SegmentFilter {
  private readonly failures = new WeakMap<RecordedEvent, HandlerFailedError>();
  private hasFailures = false;

  constructor(
    private readonly projection: string,
    private readonly segment: number,
    private readonly segments: number,
    private readonly segmentBy: KeyCallback,
  ) {}

  /** An event without a key is taken too, for its failure is to be dealt with as any other: see `check`. */
  take(page: EventPage): EventPage {
    if (this.segments === 1) return page;
    return { ...page, events: page.events.filter((event) => this.isMine(event)) };
  }

  /** @throws HandlerFailedError for the first of the events whose key could not be told */
  check(events: readonly RecordedEvent[]): void {
    if (!this.hasFailures) return;
    for (const event of events) {
      const failure = this.failures.get(event);
      if (failure) throw failure;
    }
  }

  private isMine(event: RecordedEvent): boolean {
    const { segment, failure } = segmentOf(this.projection, event, this.segments, this.segmentBy);
    if (segment !== this.segment) return false;
    if (failure) {
      this.failures.set(event, failure);
      this.hasFailures = true;
    }
    return true;
  }
}
