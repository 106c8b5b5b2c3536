import type { RecordedEvent } from '../../events/recorded-event';

/** Events a projection has applied and committed together. */
export interface CommittedBatch {
  readonly projection: string;
  /** The checkpoint after the batch. */
  readonly position: bigint;
  readonly events: readonly RecordedEvent[];
  /** Whether its events are history that a rebuild or a catch-up applies. */
  readonly replaying: boolean;
}
