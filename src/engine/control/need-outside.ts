import { setImmediate } from 'node:timers/promises';
import { loopWorkOf } from '../applying/loop-work';
import { WaitsForItselfError } from '../waits/waiting.errors';

/** What the owner of a projection is ordered to do, it does when its handlers and their effects have ended. */
export async function needOutside(projection: string, operation: string): Promise<void> {
  const work = loopWorkOf(projection);
  if (!work) return;
  // An effect that does not wait for the order has ended by then.
  await setImmediate();
  if (!work.isOver) throw new WaitsForItselfError(projection, operation);
}
