import type { LeaseRow } from '../../state/control-snapshot';
import { keyOf, type SegmentId } from '../../state/segment-id';

/** An owner that lives has renewed a lease within this time after the clock of the database went back. */
const FAR_AWAY_MS = 2_000;

/** Which segments nobody runs, by the looks of this instance, and since when: by a clock that never jumps. */
export class FreeSegments {
  private readonly since = new Map<string, number>();
  private readonly farSince = new Map<string, { readonly epoch: number; readonly since: number }>();

  /** @param leaseMs for so long others may take a segment before this instance takes it beyond its share */
  constructor(
    private readonly instance: string,
    private readonly leaseMs: number,
  ) {}

  has(id: SegmentId, lease: LeaseRow | undefined): boolean {
    const free = this.isFree(keyOf(id), lease);
    if (!free) this.taken(id);
    return free;
  }

  /** Whether nobody else has wanted it for a while: then an instance takes it beyond its share. */
  isLeftOver(id: SegmentId): boolean {
    const key = keyOf(id);
    const since = this.since.get(key) ?? performance.now();
    this.since.set(key, since);
    return performance.now() - since >= this.leaseMs;
  }

  taken(id: SegmentId): void {
    this.since.delete(keyOf(id));
  }

  /** An expiry that is further away than the lease was given for counts only while its owner goes on renewing it. */
  private isFree(key: string, lease: LeaseRow | undefined): boolean {
    const isOwn = lease?.owner === this.instance;
    if (!lease || lease.live || !lease.farAway || isOwn) {
      this.farSince.delete(key);
      return !lease?.live || isOwn;
    }
    const known = this.farSince.get(key);
    if (known?.epoch === lease.epoch) return performance.now() - known.since >= FAR_AWAY_MS;
    this.farSince.set(key, { epoch: lease.epoch, since: performance.now() });
    return false;
  }
}
