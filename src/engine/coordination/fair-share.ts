import type { InstanceRow } from '../../state/control-snapshot';

/**
 * How many of the given segments an instance should hold: of each, the part that falls to it among all live instances
 * that can run its projection, rounded up.
 * @param segments the projection of each segment that `instance` can run
 */
export function fairShare(segments: readonly string[], instances: readonly InstanceRow[]): number {
  const parts = segments.map((projection) => {
    const able = instances.filter(({ runs }) => runs.includes(projection)).length;
    return 1 / Math.max(1, able);
  });
  // The tolerance keeps thirds that add up to one from being rounded up to two.
  return Math.ceil(parts.reduce((sum, part) => sum + part, 0) - 1e-9);
}
