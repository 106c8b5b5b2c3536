import { ProjectionError } from '../../events/projection.error';

/**
 * A handler did not end within `handlerTimeoutMs`. Its signal was aborted and its statement cancelled. It is the
 * `cause` of the `HandlerFailedError` of its event. Have the handler heed `context.signal`, make it faster, or raise
 * `handlerTimeoutMs`.
 *
 * @publicApi
 */
export class HandlerTimeoutError extends ProjectionError {
  constructor(timeoutMs: number) {
    super(
      `the handler did not end within ${timeoutMs} ms; let it heed context.signal, make it faster, ` +
        'or raise handlerTimeoutMs',
    );
  }
}

/**
 * A handler sent BEGIN, COMMIT or ROLLBACK in a transaction that is not its own. It is the `cause` of the
 * `HandlerFailedError` of its event. Leave transactions to the module; throw to keep nothing, or use
 * `manager.transaction()` for a savepoint.
 *
 * @publicApi
 */
export class TransactionEndedError extends ProjectionError {
  /** @param mayHaveCommitted whether what events before it wrote may be stored, and so cannot be applied again */
  constructor(
    statement: string,
    readonly mayHaveCommitted: boolean,
  ) {
    super(
      `it sent ${statement}, and the transaction is not its own: it also moves the checkpoint. Leave BEGIN, COMMIT and ` +
        'ROLLBACK to the module; throw to have nothing kept, or use manager.transaction() for a savepoint' +
        (mayHaveCommitted
          ? '. What its batch had written may be stored without the rest: fix the handler and rebuild the projection'
          : ''),
    );
  }
}

/**
 * A handler sent a statement after it had returned: a promise in it was not awaited. It is the `cause` of the
 * `HandlerFailedError` of its event. Await every promise in the handler.
 *
 * @publicApi
 */
export class UnawaitedHandlerError extends ProjectionError {
  /** @param isOver whether the transaction had ended, so that what the statement meant to write is lost */
  constructor(isOver: boolean) {
    super(
      'it sent a statement after it had returned, which nobody waits for: await every promise in it, and use ' +
        'for...of or Promise.all instead of forEach(async ...)' +
        (isOver ? '. What it meant to write is missing: fix the handler and rebuild the projection' : ''),
    );
  }
}
