import { StoreNotReadableError } from '../../events/store-state.errors';

/**
 * A table of another system cannot be read without missing events. Thrown at start, when the source is opened. The
 * message names the problem and the remedy.
 *
 * @publicApi
 */
export class UnsuitableTableError extends StoreNotReadableError {
  constructor(table: string, problem: string, next: string) {
    super(`The table ${table} cannot be a source of events: ${problem}. Next: ${next}.`);
  }
}
