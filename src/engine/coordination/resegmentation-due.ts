import type { DeclaredProjection } from '../../state/declared-projection';
import type { StateRow } from '../../state/projection-state';

/** Whether other segments are wanted than there are, by this code. */
export function isResegmentationDue(stored: StateRow, { version, segmentBy }: DeclaredProjection): boolean {
  const { segments, segmentsWanted, segmentedBy, segmentByWanted } = stored;
  if (stored.version !== version || segmentByWanted !== segmentBy) return false;
  return segments !== segmentsWanted || (segments > 1 && segmentedBy !== segmentByWanted);
}
