import { ProjectionError } from '../../events/projection.error';

/**
 * The owner of a projection could not execute a command. Thrown by `skip`, `retryDeadLetters` and
 * `discardDeadLetters`. The message says why: mostly the projection stands elsewhere by now, so look at its status.
 *
 * @publicApi
 */
export class CommandFailedError extends ProjectionError {
  constructor(projection: string, command: string, problem: string) {
    super(`Projection "${projection}" could not ${command}: ${problem}.`);
  }
}

/**
 * No instance runs the projection that a command or a wait needs. Thrown by `skip`, `retryDeadLetters`,
 * `discardDeadLetters`, `catchUp` and `rebuild`. Start an instance that runs the projection, and ask again.
 *
 * @publicApi
 */
export class NoOwnerError extends ProjectionError {
  constructor(projection: string, command: string, timeoutMs: number) {
    super(
      `No instance that runs projection "${projection}" took up the command to ${command} within ${timeoutMs} ms: ` +
        'start one that runs it (see the option run), and give the command again.',
    );
  }
}

/**
 * No instance has registered the projection in the database yet, so there is nothing to pause or resume. Thrown by
 * `pause` and `resume`. Start an instance that provides the projection, and ask again.
 *
 * @publicApi
 */
export class ProjectionNotRegisteredError extends ProjectionError {
  constructor(
    readonly projection: string,
    operation: 'pause' | 'resume',
  ) {
    super(
      `Projection "${projection}" cannot be ${operation}d: no instance has registered it yet, so nothing was changed. ` +
        'Next: start one and ask again; if one is running, look at the status of the projection for an error.',
    );
  }
}

/**
 * The application provides no projection of that name. Thrown by the methods of `Projections`, and at start for the
 * option `run`. Check the name, and that a module provides the class.
 *
 * @publicApi
 */
export class UnknownProjectionError extends ProjectionError {
  constructor(name: string, known: readonly string[]) {
    super(
      `There is no projection "${name}" here. Known are: ${known.join(', ') || 'none'}. ` +
        'Check the name, and that a module of this application provides the class.',
    );
  }
}

/**
 * The operation makes no sense for a projection of that kind, or as it was asked for. Thrown by methods of
 * `Projections` before anything is done, and at an `afterCommit` in an inline projection. The message says why.
 *
 * @publicApi
 */
export class UnsupportedOperationError extends ProjectionError {
  constructor(operation: string, projection: string, why: string) {
    super(`Projection "${projection}" cannot ${operation}: ${why}.`);
  }
}

/**
 * A projection did not reach the awaited position in time. Thrown by `waitFor`, `catchUp` and `rebuild`; the
 * projection goes on. The message says what the projection does instead; look at its status, or wait longer.
 *
 * @publicApi
 */
export class WaitTimeoutError extends ProjectionError {
  /** @param state what it is doing instead, in words */
  constructor(
    projection: string,
    wanted: bigint,
    reached: bigint | undefined,
    timeoutMs: number,
    state = 'it is running',
  ) {
    super(
      `Projection "${projection}" did not reach position ${wanted} within ${timeoutMs} ms; it is at ` +
        `${reached ?? 'no known position'}, and ${state}. ` +
        'Look at its status for an error or a lag, or wait longer.',
    );
  }
}
