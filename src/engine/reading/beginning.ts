import type { ProjectionDefinition } from '../../authoring/projection-definition';
import type { EventSource } from '../../events/event-source';
import type { Beginning } from '../../state/beginning';
import { BeginningBeyondStoreError, BeginningUnsettledError } from '../failures/store.errors';

/** How far the store is when a projection is registered. */
export interface StoreEnd {
  /** Everything up to here is there, or never will be. */
  readonly settled: bigint;
  /** The largest position drawn, maybe by an append that is open. */
  readonly drawn: bigint;
}

/**
 * Where a projection begins that is new to the store, and what is history to it: all that was drawn by then was acted
 * on, or was not, before anybody thought of the projection, and so `afterCommit` and `{ replay: false }` spare it. An old
 * hole and an open append together may keep the settled head far below what is there: where the beginning depends on it,
 * it is waited for.
 * @throws BeginningBeyondStoreError, BeginningUnsettledError
 */
export async function beginningOf(
  { name, startFrom }: ProjectionDefinition,
  { settled, drawn }: StoreEnd,
  source: EventSource,
): Promise<Beginning> {
  const historyUntil = drawn;
  if (startFrom === 'beginning') return { after: 0n, historyUntil };
  if (typeof startFrom === 'bigint') {
    if (startFrom > drawn) throw new BeginningBeyondStoreError(name, startFrom, drawn);
    return { after: startFrom, historyUntil };
  }
  if (settled < drawn) throw new BeginningUnsettledError(name);
  if (startFrom === 'head') return { after: settled, historyUntil };
  const after = await source.positionBefore(startFrom);
  if (after === undefined) throw new BeginningBeyondStoreError(name, startFrom, settled);
  return { after, historyUntil };
}
