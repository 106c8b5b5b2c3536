import type { AppendedEvents } from '../../events/appended-events';
import type { LoopWork } from '../applying/loop-work';
import type { ManagedProjection } from '../segment/managed-projection';

/** What is waited for. */
export interface WaitTarget {
  readonly position: bigint;
  /** Whether its event must not be set aside: a position is reached also by events that are. */
  readonly mustShow: boolean;
  /** The events that must show, where they are known; else it is the one at `position`. */
  readonly events: AppendedEvents | undefined;
  /** Whether a replay must be over, too. */
  readonly replayed: boolean;
  /** What is to be done, where it is vain to wait for a projection that is paused or that nobody runs. */
  readonly operation: string | undefined;
  /** The projection's own work that waits, if that is who does. */
  readonly inside: LoopWork | undefined;
}

/** How long somebody waits at most. */
export interface WaitLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Somebody who waits for a projection. */
export interface Waiter {
  readonly projection: ManagedProjection;
  readonly target: WaitTarget;
  /** How many looks at the database had begun before it: only a later one tells how things stand. */
  readonly since: number;
  /** Whether its time was up before anybody had looked. */
  readonly expired: boolean;
  /** When it was first seen, by the clock of this process, that nobody runs the projection. */
  unownedSince: number | undefined;
  /** Gives up, or has it looked for once more. */
  expire(): void;
  succeed(): void;
  fail(error: unknown): void;
}
