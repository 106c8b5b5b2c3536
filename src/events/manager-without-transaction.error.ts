import { ProjectionError } from './projection.error';

/**
 * `append` was given a manager outside of a transaction, or after its transaction had ended. Thrown by `append`,
 * which wrote nothing. Pass the manager of `dataSource.transaction()` and await the append, or leave `manager` out.
 *
 * @publicApi
 */
export class ManagerWithoutTransactionError extends ProjectionError {
  constructor(readonly streamId: string) {
    super(
      `The append to stream "${streamId}" was given a manager that is in no open transaction: pass the manager that ` +
        'dataSource.transaction() hands to its callback, await the append before the transaction ends, or leave ' +
        '`manager` out for a transaction of its own.',
    );
  }
}
