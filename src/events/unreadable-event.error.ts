import { ProjectionError } from './projection.error';

/**
 * An event is too large to be read, even alone. Thrown by `readAll`; a projection that handles it stops before it,
 * whatever its `onError`. Skip its position with a reason, or make it smaller and resume.
 *
 * @publicApi
 */
export class UnreadableEventError extends ProjectionError {
  /** @param globalPosition of the event; `undefined` where not even that could be read */
  constructor(
    readonly globalPosition: bigint | undefined,
    after: bigint,
    reason: string,
  ) {
    const event = globalPosition === undefined ? `behind position ${after}` : `at position ${globalPosition}`;
    super(
      `The event ${event} cannot be read (${reason}), not even alone: it is too large. Projections that handle it stop ` +
        'before it, whatever their onError: a dead letter of it could not be read either. Next: look at its size in the ' +
        'events table; then skip its position with a reason, or make it readable and resume. Store the bulk of such ' +
        'events elsewhere (append refuses what exceeds maxEventBytes).',
    );
  }
}
