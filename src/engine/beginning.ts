import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { EventSource } from '../events/event-source';
import type { Checkpoint } from '../state/checkpoint.store';
import type { Beginning, StateRow } from '../state/control.store';
import { BeginningBeyondStoreError } from './engine.errors';

/**
 * Where a projection begins that is new to the store, and what is history to it: all that is settled by then was acted
 * on, or was not, before anybody thought of the projection, and so `afterCommit` and `{ replay: false }` spare it.
 * @param head the settled head
 * @throws BeginningBeyondStoreError
 */
export async function beginningOf(
  { name, options: { startFrom = 'beginning' } }: ProjectionDefinition,
  head: bigint,
  source: EventSource,
): Promise<Beginning> {
  if (startFrom === 'beginning') return { after: 0n, historyUntil: head };
  if (startFrom === 'head') return { after: head, historyUntil: head };
  if (startFrom instanceof Date) return { after: await source.positionBefore(startFrom), historyUntil: head };
  if (startFrom > head) throw new BeginningBeyondStoreError(name, startFrom, head);
  return { after: startFrom, historyUntil: head };
}

/** The checkpoint of a segment that has none yet. */
export function firstCheckpoint(type: ProjectionDefinition['type'], state: StateRow | undefined): Checkpoint {
  const position = BigInt(state?.beginsAfter ?? 0);
  const historyUntil = BigInt(state?.historyUntil ?? 0);
  // Inline, the end of a replay also says that appends leave their events to the loop.
  if (type === 'inline') return { position, replayUntil: historyUntil };
  return { position, replayUntil: historyUntil > position ? historyUntil : undefined };
}
