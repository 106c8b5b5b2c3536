import type { StateRow } from './projection-state';

export interface LeaseRow {
  readonly projection: string;
  readonly segment: number;
  readonly owner: string;
  readonly epoch: number;
  readonly live: boolean;
  /** Whether it expires later than it was given for, as after the clock of the database went back. */
  readonly farAway: boolean;
}

export interface InstanceRow {
  readonly instance: string;
  readonly runs: readonly string[];
}

export interface CommandRow {
  readonly id: number;
  readonly projection: string;
  readonly segment: number;
  readonly command: string;
  readonly arguments: unknown;
}

/** All that an instance must know of the others and of what is wanted. */
export interface ControlSnapshot {
  readonly states: readonly StateRow[];
  readonly leases: readonly LeaseRow[];
  readonly instances: readonly InstanceRow[];
  readonly commands: readonly CommandRow[];
}
