import { ProjectionError } from './projection.error';

/**
 * An event, its stream id, its `idempotencyKey` or the `expectedVersion` cannot be stored or is none. Thrown by
 * `append`, which wrote nothing. The message names the place in the event and what it may hold.
 *
 * @publicApi
 */
export class InvalidEventError extends ProjectionError {}
