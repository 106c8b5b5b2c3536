import { ProjectionError } from '../../events/projection.error';

/**
 * An append would have run handlers of an inline projection that are older than those that have run on this database.
 * Thrown by `append`, which wrote nothing. Deploy the newer code, or pause the projection meanwhile.
 *
 * @publicApi
 */
export class InlineOutdatedError extends ProjectionError {
  constructor(
    readonly projection: string,
    here: number,
    stored: number,
  ) {
    super(
      `Nothing was appended: projection "${projection}" is inline, this code has version ${here} of it, and version ${stored} ` +
        'has run on this database, so that the handlers here must not write its read model. Deploy the newer code here. To ' +
        'append with both for a while, pause the projection: its events then wait for it to be resumed.',
    );
  }
}
