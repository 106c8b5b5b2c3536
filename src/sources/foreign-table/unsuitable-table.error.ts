import { StoreNotReadableError } from '../../events/store-state.errors';

/** Somebody else's table is not one that events can be read from without ever missing one. */
export class UnsuitableTableError extends StoreNotReadableError {
  constructor(table: string, problem: string, next: string) {
    super(`The table ${table} cannot be a source of events: ${problem}. Next: ${next}.`);
  }
}
