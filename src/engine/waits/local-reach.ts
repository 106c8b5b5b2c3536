import type { ManagedProjection } from '../segment/managed-projection';
import { reachHere } from './reach';

/** What the loops of this process know of a projection without the database. */
export class LocalReach {
  /** @param segmentsOf into how many segments a projection is cut, by the last look at the database */
  constructor(private readonly segmentsOf: (projection: string) => number) {}

  /** How far the projection is, if all of it runs here; `undefined` else. */
  of(projection: ManagedProjection): bigint | undefined {
    if (projection.kind.joinsAppends) return undefined;
    return projection.runners.length === this.loopsOf(projection) ? reachHere(projection) : undefined;
  }

  /** Whether this process runs the projection as one loop. */
  isOneLoop(projection: ManagedProjection): boolean {
    return projection.runners.length === 1 && this.loopsOf(projection) === 1;
  }

  /** By how many loops all of it is run. */
  private loopsOf({ kind, definition }: ManagedProjection): number {
    return kind.keepsCheckpoint ? this.segmentsOf(definition.name) : 1;
  }
}
