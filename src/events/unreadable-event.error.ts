import { ProjectionError } from './projection.error';

/** An event that cannot be read even on its own: it is larger than the server or Node can hold as text. */
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
