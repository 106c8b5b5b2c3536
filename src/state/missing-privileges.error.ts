import { ProjectionError } from '../events/projection.error';

/**
 * The database role of the application may not do what the module needs. Thrown at start. Run the GRANT in the
 * message.
 *
 * @publicApi
 */
export class MissingPrivilegesError extends ProjectionError {
  /**
   * @param missing what the role may not do
   * @param remedy what to do about it
   */
  constructor(
    readonly role: string,
    missing: string,
    remedy: string,
    options?: ErrorOptions,
  ) {
    super(`The database role "${role}" may not ${missing}. ${remedy}`, options);
  }
}
