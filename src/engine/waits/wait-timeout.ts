import type { ProjectionProgress } from '../../state/progress.store';
import { WaitTimeoutError } from '../failures/operation.errors';
import type { ManagedProjection } from '../segment/managed-projection';
import { isHandedOver, reachHere, reachOf } from './reach';
import type { Waiter } from './waiter';

const OPEN = 'an append that is open may still write below that position';

/** What the looks at the database have found out until the time of a waiter was up. */
export interface LookedUp {
  /** What the last look saw of the projection. */
  readonly row: ProjectionProgress | undefined;
  /** Why the last look failed. */
  readonly failure: unknown;
}

/** Says to whoever has waited long enough where the projection is instead, and what keeps it there. */
export function timeoutOf(
  { projection, target }: Waiter,
  timeoutMs: number,
  { row, failure }: LookedUp,
): WaitTimeoutError {
  const { position } = target;
  const { head, last } = projection.reader.watcher;
  const reached = row ? reachOf(projection, row, head) : reachHere(projection);
  const isBehindOpen = head < position && position <= last;
  const state = failure
    ? `the database could not be asked for it: ${(failure as Error).message}`
    : stateIn(projection, row) +
      (isBehindOpen ? `, but the store is settled up to ${head} only: ${OPEN}` : '');
  return new WaitTimeoutError(projection.definition.name, position, reached, timeoutMs, state);
}

/** What keeps a projection from getting on, for whoever has waited in vain. */
function stateIn(projection: ManagedProjection, row: ProjectionProgress | undefined): string {
  const { kind, definition } = projection;
  const { version } = definition;
  if (!row) return 'nothing is known of it yet';
  if (row.state !== 'running') return `it is ${row.state}`;
  const trouble = row.segments.find((segment) => segment.trouble)?.trouble;
  if (trouble) return `it is retrying: ${trouble.message}`;
  if (!kind.keepsCheckpoint || isHandedOver(projection, row)) return 'it is running';
  const unowned = row.segments.some(({ owner }) => owner === null);
  if (unowned && kind.waitsToBeAsked) return 'nobody has asked it to run: call catchUp';
  if (row.version > version && unowned)
    return `it is outdated: this code has version ${version}, and version ${row.version} has run`;
  return unowned ? 'no instance runs it (unowned)' : 'it is running';
}
