import type { Checkpoint } from '../../state/checkpoint.store';
import type { Beginning } from '../../state/beginning';
import type { ControlSnapshot } from '../../state/control-snapshot';
import type { DeclaredProjection } from '../../state/declared-projection';
import type { StateRow } from '../../state/projection-state';
import type { Lease } from '../../state/lease.store';
import type { SegmentId } from '../../state/segment-id';
import type { Directive } from '../segment/segment-runner';

/** A segment that this instance could run. */
export interface Candidate {
  readonly id: SegmentId;
  /** The projection as the code here declares it. */
  readonly code: DeclaredProjection;
  /** Into how many segments the projection is cut. */
  readonly segments: number;
  readonly initial: Checkpoint;
  /** Begins its loop under a lease; the promise is that of the loop's end. */
  start(lease: Lease, directive: Directive): Promise<void>;
  direct(directive: Directive): void;
  /** Resolves when the loop has ended. */
  stop(): Promise<void>;
}

/** What there is to run here. */
export interface CoordinatedProjections {
  /** All that the application declares. */
  declared(): readonly DeclaredProjection[];
  /** Where a projection begins that is new to the store, or whose row there is gone. */
  beginning(projection: string): Promise<Beginning>;
  /** Those that may run here now, as far as the code is concerned. */
  runnable(): readonly DeclaredProjection[];
  candidates(code: DeclaredProjection, state: StateRow): readonly Candidate[];
  /** Takes a step towards other segments, where they are wanted. */
  resegment(code: DeclaredProjection, state: StateRow): Promise<void>;
  /** Told what the database says, also for projections that have no leases. */
  observe(view: ControlSnapshot): void;
  /** Told when the database has seen newer code, which must not be followed by older. */
  outdated(projection: string, stored: number): void;
}
