import type { RecordedEvent } from '../../events/recorded-event';
import type { WaitTarget } from './waiter';

/** Whether the events of one commit, of which the last awaited one is known to be among, are all that is waited for. */
export function allShow(
  { events: awaited, position, replayed }: WaitTarget,
  events: readonly RecordedEvent[],
): boolean {
  if (replayed) return false;
  if (!awaited || awaited.count === 1) return true;
  const { streamId, first, count } = awaited;
  const those = events.filter(
    (event) =>
      event.streamId === streamId && event.globalPosition >= first && event.globalPosition <= position,
  );
  return those.length === count;
}
