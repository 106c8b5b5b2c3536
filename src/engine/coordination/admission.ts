import type { DeclaredProjection } from '../../state/declared-projection';
import type { StateRow } from '../../state/projection-state';

/**
 * Whether code may run the segments of a projection as they are.
 * - `runs`: it may
 * - `outdated`: newer code has been seen
 * - `changed`: the segments were made with another `segmentBy`, and its version was not raised
 * - `waits`: they are to be made anew for this code, and until then are others' to run
 */
export type Admission = 'runs' | 'outdated' | 'changed' | 'waits';

export function admissionOf(code: DeclaredProjection, stored: StateRow | undefined): Admission {
  if (!stored || stored.version < code.version) return 'waits';
  const { segments, segmentedBy, segmentByWanted } = stored;
  const fits = segments === 1 || segmentedBy === null || segmentedBy === code.segmentBy;
  if (stored.version > code.version) {
    // Segments that newer code shares out otherwise stand apart: only this code can bring them to the barrier.
    const needed = fits && segments > 1 && segmentByWanted !== code.segmentBy && stored.resegmenting;
    return needed ? 'runs' : 'outdated';
  }
  if (fits) return 'runs';
  return segmentByWanted === code.segmentBy ? 'waits' : 'changed';
}
