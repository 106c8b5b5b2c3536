import type { InstanceRow, LeaseRow } from '../../state/control-snapshot';
import type { StateRow } from '../../state/projection-state';
import type { SegmentId } from '../../state/segment-id';
import { fairShare } from './fair-share';

interface Others {
  readonly instances: readonly InstanceRow[];
  readonly leases: readonly LeaseRow[];
  readonly states: readonly StateRow[];
}

/**
 * Which of the segments held an instance should let others have: those above its share, the last taken first, as far as
 * others that can run them have less than their share. All at once, so that many change hands in one look.
 */
export function surplusOf<T extends { readonly id: SegmentId }>(
  held: readonly T[],
  share: number,
  instance: string,
  { instances, leases, states }: Others,
): T[] {
  const wanting = instances
    .filter((other) => other.instance !== instance)
    .map((other) => {
      const segments = states.flatMap((state) =>
        other.runs.includes(state.projection) ? Array<string>(state.segments).fill(state.projection) : [],
      );
      const has = leases.filter(({ owner, live }) => live && owner === other.instance).length;
      return { runs: other.runs, has, wants: fairShare(segments, instances) - has };
    });
  const surplus: T[] = [];
  for (const one of held.toReversed()) {
    const left = held.length - surplus.length;
    if (left <= share) break;
    const taker = wanting.find(
      ({ runs, has, wants }) => wants > 0 && has < left - 1 && runs.includes(one.id.projection),
    );
    if (!taker) continue;
    taker.wants--;
    taker.has++;
    surplus.push(one);
  }
  return surplus;
}
