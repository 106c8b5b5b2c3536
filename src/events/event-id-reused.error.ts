import { ProjectionError } from './projection.error';

/**
 * An append used the id of a stored event that differs, an `idempotencyKey` of another append, or ids of which only
 * some are stored. Thrown by `append`, which wrote nothing. Repeat the first append unchanged, or use a new id or
 * key.
 *
 * @publicApi
 */
export class EventIdReusedError extends ProjectionError {
  constructor(
    readonly streamId: string,
    readonly ids: readonly string[],
    /** The key of the append, where the ids came from one. */
    readonly idempotencyKey?: string,
  ) {
    super(
      idempotencyKey === undefined
        ? `The append to stream "${streamId}" reuses the event id ${ids.join(', ')} for a different append: ` +
            'an id belongs to one event for ever. Repeat the first append unchanged, or use a new id.'
        : `The append to stream "${streamId}" reuses the idempotencyKey "${idempotencyKey}" of another append, with ` +
            'another number of events or other types: a key belongs to one append for ever. Repeat the first append ' +
            'with the same events, or use a new key.',
    );
  }
}
