import type { EventsTable } from './sql/events-table.sql';
import { RowSecurityError, ServerInRecoveryError, StoreChangedError } from '../events/store-state.errors';

/** What the statement that read a page found the store to be, in its own snapshot. */
export type PageState =
  'complete' | 'recovering' | 'hidden' | 'server' | 'relation' | 'end' | 'witness' | 'filled';

const CHANGES = {
  server: 'another server answered',
  relation: 'its table is another one',
  end: 'it ends before what was settled',
  witness: 'what was its newest event is gone',
  filled: 'events are where none could come any more',
};

/**
 * A page must not claim to be all there is where its snapshot lacks something that the settled head has seen.
 * @throws ServerInRecoveryError, RowSecurityError, StoreChangedError
 */
export function assertComplete(state: PageState, { events, role }: EventsTable): void {
  if (state === 'complete') return;
  if (state === 'recovering') throw new ServerInRecoveryError();
  if (state === 'hidden') throw new RowSecurityError(events, role);
  throw new StoreChangedError(CHANGES[state]);
}
