import type { ProjectionProgress } from '../../state/progress.store';
import type { ManagedProjection } from '../segment/managed-projection';
import type { WaitTarget } from './waiter';

/**
 * Up to where everything that a projection handles is applied or set aside; `undefined` where nobody can know, which is
 * a live projection that does not run here. What is stored decides. A loop here knows of more only while its checkpoint
 * is the stored one: it writes seldom what it passed over, and learns late that another instance has sent it back.
 *
 * @param head the settled head, as it was before `progress` was read
 */
export function reachOf(
  projection: ManagedProjection,
  progress: ProjectionProgress,
  head: bigint,
): bigint | undefined {
  if (!projection.kind.keepsCheckpoint) return reachHere(projection);
  if (isHandedOver(projection, progress)) return head;
  return progress.segments
    .map(({ segment, position }) => {
      const stored = BigInt(position);
      const runner = projection.runnerOf(segment);
      return runner?.storedPosition === stored ? (runner.position ?? stored) : stored;
    })
    .reduce(lower, undefined);
}

/** The position of the hindmost loop here; `undefined` where one does not know it yet, or where there is none. */
export function reachHere({ runners }: ManagedProjection): bigint | undefined {
  if (runners.some(({ position }) => position === undefined)) return undefined;
  return runners.map(({ position }) => position!).reduce(lower, undefined);
}

/** Whether appends apply the events of an inline projection: its checkpoint then stays where it was. */
export function isHandedOver({ kind }: ManagedProjection, progress: ProjectionProgress): boolean {
  return kind.joinsAppends && progress.byAppends;
}

/** @param reach of the projection, by what is stored of it */
export function isReached(
  target: WaitTarget,
  progress: ProjectionProgress,
  reach: bigint | undefined,
): boolean {
  if (reach === undefined || reach < target.position) return false;
  if (!target.replayed || progress.byAppends) return true;
  // A replay of an inline projection ends with the hand-over, which events that are set aside forbid.
  return progress.segments.every(
    ({ replaying, inHistory }) => !(progress.hasLetters ? inHistory : replaying),
  );
}

const lower = (one: bigint | undefined, other: bigint): bigint =>
  one !== undefined && one < other ? one : other;
