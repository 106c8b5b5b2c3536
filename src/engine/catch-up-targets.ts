import type { SegmentId } from '../state/segment-id';

/** Where a catch-up projection that somebody asked for is to end. */
export interface CatchUpTarget {
  readonly position: bigint;
  /** The segments that have got there. */
  readonly done: ReadonlySet<number>;
}

/** The catch-up projections that somebody asked for in this process. */
export class CatchUpTargets {
  private readonly targets = new Map<string, { readonly position: bigint; readonly done: Set<number> }>();

  of(projection: string): CatchUpTarget | undefined {
    return this.targets.get(projection);
  }

  set(projection: string, position: bigint): void {
    this.targets.set(projection, { position, done: new Set() });
  }

  /** @param segments how many there are: when all have got there, nothing is asked for any more */
  reached({ projection, segment }: SegmentId, segments: number, reached: CatchUpTarget): void {
    const target = this.targets.get(projection);
    // Another may have been asked for meanwhile.
    if (target !== reached) return;
    target.done.add(segment);
    if (target.done.size === segments) this.targets.delete(projection);
  }
}
