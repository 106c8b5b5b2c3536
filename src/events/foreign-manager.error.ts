import { ProjectionError } from './projection.error';

/**
 * `append` was given the manager of another data source than the one that holds the events. Thrown by `append`, which
 * wrote nothing. Pass a manager of that data source, or leave `manager` out.
 *
 * @publicApi
 */
export class ForeignManagerError extends ProjectionError {
  constructor(
    readonly streamId: string,
    given: string,
    own: string,
  ) {
    super(
      `The append to stream "${streamId}" was given a manager of the data source "${given}", but the events are in ` +
        `the data source "${own}": pass a manager of that one, or leave \`manager\` out. One transaction cannot ` +
        'span two data sources.',
    );
  }
}
