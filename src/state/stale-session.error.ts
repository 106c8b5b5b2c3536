import { ProjectionError } from '../events/projection.error';

/**
 * A session of a former owner holds a segment in an open transaction, and this role may not end it. It is the `error`
 * in the status of the projection, and the take-over is tried again. End the session, and grant the role
 * `pg_signal_backend`.
 *
 * @publicApi
 */
export class StaleSessionError extends ProjectionError {
  constructor(
    projection: string,
    segment: number,
    holder: { readonly pid: number; readonly role: string | null } | undefined,
    cause: unknown,
  ) {
    const session = holder ? `session ${holder.pid} of the role "${holder.role ?? 'unknown'}"` : 'a session';
    super(
      `Projection "${projection}" cannot be taken over here: ${session} keeps segment ${segment} locked in an open ` +
        'transaction, and the role of this application may not end that session. Nothing is lost, and it is tried ' +
        `again. Next: end it (SELECT pg_terminate_backend(${holder?.pid ?? 'pid'})) as a role that may, and grant ` +
        'the role of this application pg_signal_backend, or membership in the role that the former owner used.',
      { cause },
    );
  }
}
