import type { ManagedProjection } from './segment/managed-projection';
import { reachOf } from './waits/reach';
import type { ProjectionProgress } from '../state/progress.store';

/** What the log says of each projection at a start. */
export function startLines(
  projections: readonly ManagedProjection[],
  rows: readonly ProjectionProgress[],
): string[] {
  return projections.map((projection) => {
    const { name, type } = projection.definition;
    const { head } = projection.reader.watcher;
    const row = rows.find((one) => one.projection === name);
    if (!projection.kind.keepsCheckpoint || !row)
      return `Projection "${name}" (${type}) begins at position ${head}.`;
    const position = reachOf(projection, row, head) ?? head;
    const behind = head > position ? head - position : 0n;
    const state = row.state === 'running' ? '' : `, ${row.state}`;
    // The distance counts events of all types: an exact number would cost a query for each projection.
    return `Projection "${name}" (${type}) is at position ${position}, at most ${behind} event(s) behind${state}.`;
  });
}
