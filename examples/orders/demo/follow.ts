import type { Projections, ProjectionStatus } from 'nestjs-projections';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 150;

export interface Following {
  /** Where the projection furthest behind is. */
  readonly position: bigint;
  readonly head: bigint;
}

interface Follow {
  readonly projections: Projections;
  /** Whether nothing more will be appended. */
  readonly isOver: () => boolean;
  readonly onLook: (following: Following) => void;
  readonly signal: AbortSignal;
}

/** Watches the read models until nothing more comes and they are at the head, or have stopped. */
export async function follow({ projections, isOver, onLook, signal }: Follow): Promise<void> {
  while (!signal.aborted) {
    const wasOver = isOver();
    const following = furthestBehind(await projections.status());
    onLook(following);
    if (wasOver && following.position >= following.head) return;
    await sleep(LOOK_MS);
  }
}

/** Over the projections that have a checkpoint and still move it. */
export function furthestBehind(statuses: readonly ProjectionStatus[]): Following {
  const head = statuses[0]?.head ?? 0n;
  const positions = statuses
    .filter(({ type, state }) => type === 'persistent' && state !== 'stopped')
    .map(({ position }) => position);
  return { head, position: positions.reduce((least, next) => (next < least ? next : least), head) };
}
