import type { Model } from '../models/model';
import type { Variant } from './run';

/** Events, the read models made of them, and the ways to do so that are compared. */
export interface Workload {
  readonly id: string;
  readonly title: string;
  /** How many events it takes unless told otherwise. */
  readonly events: number;
  readonly models: readonly Model[];
  readonly variants: readonly Variant[];
  /** What a row of the report shows first; the others are compared with it where `baseline` says so. */
  readonly metric: string;
  /** The variant that is 1. */
  readonly baseline?: string;
  /** Fills the store; where it is absent, the runs append for themselves and each begins with an empty one. */
  insert?(events: number): string;
}
