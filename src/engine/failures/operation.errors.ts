import { ProjectionError } from '../../events/projection.error';

/** An owner could not do what was ordered. */
export class CommandFailedError extends ProjectionError {
  constructor(projection: string, command: string, problem: string) {
    super(`Projection "${projection}" could not ${command}: ${problem}.`);
  }
}

/** No running instance took up an order in time. */
export class NoOwnerError extends ProjectionError {
  constructor(projection: string, command: string, timeoutMs: number) {
    super(
      `No instance that runs projection "${projection}" took up the order to ${command} within ${timeoutMs} ms: ` +
        'start one that runs it (see the option run), and give the order again.',
    );
  }
}

/** What is wanted of a projection cannot be stored where no instance has made its row yet. */
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

/** Nobody declared a projection of that name. */
export class UnknownProjectionError extends ProjectionError {
  constructor(name: string, known: readonly string[]) {
    super(
      `There is no projection "${name}" here. Known are: ${known.join(', ') || 'none'}. ` +
        'Check the name, and that a module of this application provides the class.',
    );
  }
}

/** The operation makes no sense for a projection of that kind. */
export class UnsupportedOperationError extends ProjectionError {
  constructor(operation: string, projection: string, why: string) {
    super(`Projection "${projection}" cannot ${operation}: ${why}.`);
  }
}

/** A projection did not get where it was waited for in time. */
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
