import type { ProjectionProgress } from '../../state/progress.store';
import type { ManagedProjection } from '../segment/managed-projection';
import type { Waiter } from './waiter';

const NOBODY: readonly Waiter[] = [];

/** Who waits for one projection, in order of position: finding those who are served does not depend on how many wait. */
export class WaiterQueue {
  /** What the last look that found anybody here saw of the projection. */
  seen: ProjectionProgress | undefined;
  /** The positions that are waited for, ascending. */
  private readonly positions: bigint[] = [];
  private readonly groups = new Map<bigint, Set<Waiter>>();

  constructor(readonly projection: ManagedProjection) {}

  get isEmpty(): boolean {
    return this.positions.length === 0;
  }

  /** The first position that is waited for. */
  get lowest(): bigint | undefined {
    return this.positions[0];
  }

  add(waiter: Waiter): void {
    const { position } = waiter.target;
    const group = this.groups.get(position);
    if (group) group.add(waiter);
    else {
      this.groups.set(position, new Set([waiter]));
      this.positions.splice(this.placeOf(position), 0, position);
    }
  }

  remove(waiter: Waiter): void {
    const { position } = waiter.target;
    const group = this.groups.get(position);
    if (!group?.delete(waiter) || group.size > 0) return;
    this.groups.delete(position);
    this.positions.splice(this.placeOf(position), 1);
  }

  at(position: bigint): readonly Waiter[] {
    const group = this.groups.get(position);
    return group ? [...group] : NOBODY;
  }

  all(): Waiter[] {
    const all: Waiter[] = [];
    for (const group of this.groups.values()) for (const waiter of group) all.push(waiter);
    return all;
  }

  /** Where a position is, or would be. */
  private placeOf(position: bigint): number {
    let [low, high] = [0, this.positions.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.positions[middle]! < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
