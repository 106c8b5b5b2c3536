import { ProjectionError } from '../../events/projection.error';
import type { Witness } from '../../events/witness';

/**
 * The store ends before a stored checkpoint: it was emptied, or restored from an older copy. It is the `error` in the
 * status of the stopped projection. Rebuild the projection.
 *
 * @publicApi
 */
export class CheckpointBeyondStoreError extends ProjectionError {
  constructor(projection: string, position: bigint, head: bigint) {
    super(
      `Projection "${projection}" has its checkpoint at position ${position}, but the store ends at ${head}: ` +
        'the events were restored or removed without the read model. Rebuild the projection.',
    );
  }
}

/**
 * The store has another event where a projection has seen one: it was emptied or restored, and has grown again since.
 * It is the `error` in the status of the stopped projection. Rebuild the projection; or restore the events that it
 * has seen, and resume it.
 *
 * @publicApi
 */
export class CheckpointOfAnotherStoreError extends ProjectionError {
  /** @param there the event that the store has instead of the witness, or has behind it where none was */
  constructor(projection: string, checkpoint: bigint, { position, id }: Witness, there: Witness) {
    const where =
      there.position === position
        ? `where the store has event ${there.id}`
        : `and nothing behind it, where the store has no longer that event, but event ${there.id} at position ${there.position}`;
    super(
      `Projection "${projection}" has its checkpoint at position ${checkpoint} of another store: it has seen event ${id} ` +
        `at position ${position}, ${where}. The events were restored or removed without the ` +
        'read model, and others have taken their places, which were never applied. Rebuild the projection; or restore ' +
        'the events that it has seen, and resume it.',
    );
  }
}

/**
 * `startFrom` is a position, or a date, that the store has not reached. Thrown at start. Give a position or a date
 * that the store has, or `'head'`.
 *
 * @publicApi
 */
export class BeginningBeyondStoreError extends ProjectionError {
  constructor(projection: string, startFrom: bigint | Date, head: bigint) {
    super(
      typeof startFrom === 'bigint'
        ? `Projection "${projection}" is to start from position ${startFrom}, but the store ends at ${head}: ` +
            "give startFrom a position that the store has, or 'head'."
        : `Projection "${projection}" is to start from ${startFrom.toISOString()}, which is still to come for the store, and ` +
            "what is recorded before then has no end yet: give startFrom a date that has passed, or 'head'.",
    );
  }
}

/**
 * Open appends keep it from being known what is history to a new projection. It is the `error` in the status of the
 * projection, which begins by itself when they have ended. If it lasts, look for a transaction that stays open.
 *
 * @publicApi
 */
export class BeginningUnsettledError extends ProjectionError {
  /** SQLSTATE of what passes by itself. */
  readonly code = '57P03';

  constructor(projection: string) {
    super(
      `Projection "${projection}" is new and waits to begin until the appends that are open now have ended: what they ` +
        'store lies before what is history to it. It goes on by itself; if it lasts, look for a transaction that stays open.',
    );
  }
}
