import { ProjectionError } from '../../events/projection.error';

/**
 * The row that says who applies the events of an inline projection is gone, as after a TRUNCATE of the module's
 * tables. Thrown by `append`, which wrote nothing. Append again, or do as the message says.
 *
 * @publicApi
 */
export class InlineMarkMissingError extends ProjectionError {
  /** @param marks the table of the row */
  constructor(
    readonly projection: string,
    marks: string,
  ) {
    super(
      `Nothing was appended: projection "${projection}" is inline, and its row in ${marks} is gone since the start, so that ` +
        "its handlers would not have run. Where all of the module's tables were emptied the row is made again within a " +
        'second: append again. Where only this one was, restore it, or restart the application, which says what to do.',
    );
  }
}
