import { ProjectionError } from './projection.error';

/**
 * An append came while the providers of the application are made, before its projections could be found. Thrown by
 * `append`, which wrote nothing. Append in `onModuleInit` or later.
 *
 * @publicApi
 */
export class AppendTooEarlyError extends ProjectionError {
  constructor(unmade: string | undefined) {
    super(
      'append was called while the providers of the application are being made' +
        `${unmade === undefined ? '' : ` (${unmade} is not there yet)`}: which inline projections the events are for ` +
        'is not known yet. Nothing was written. Append in onModuleInit or later, and not in a constructor or a factory.',
    );
  }
}
