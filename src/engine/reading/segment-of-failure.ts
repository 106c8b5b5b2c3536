import type { ProjectionDefinition } from '../../authoring/projection-definition';
import type { EventSource } from '../../events/event-source';
import { UnreadableEventError } from '../../events/unreadable-event.error';
import type { StateRow } from '../../state/projection-state';
import { segmentByIdentity } from './segment-by-identity';
import { segmentOf } from './segment-filter';

/**
 * Which of the segments there are now has the event that a projection stopped before. The one that stopped may be gone,
 * or the event another's by now: the segments may have been made anew since.
 */
export async function segmentOfFailure(
  { name, segmentBy }: ProjectionDefinition,
  state: StateRow | undefined,
  source: EventSource,
): Promise<number> {
  if (!state?.failure) return 0;
  const { failure, segments, segmentedBy } = state;
  const stopped = failure.segment < segments ? failure.segment : 0;
  // Other code than this has shared out the events, where it is not the same function.
  const isOurs = segmentedBy === null || segmentedBy === segmentByIdentity(segmentBy);
  if (segments === 1 || failure.position === undefined || !isOurs) return stopped;
  const upTo = BigInt(failure.position);
  const request = { after: upTo - 1n, upTo, types: undefined, limit: 1, maxBytes: 1 };
  const page = await source.readPage(request).catch((error: unknown) => {
    if (error instanceof UnreadableEventError) return undefined;
    throw error;
  });
  const event = page?.events[0];
  return event ? segmentOf(name, event, segments, segmentBy).segment : stopped;
}
