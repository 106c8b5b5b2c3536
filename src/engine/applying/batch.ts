import type { EntityManager } from 'typeorm';
import type { ProjectionContext } from '../../authoring/projection-context';
import type { WriteStep } from '../../database/write-step';
import type { RecordedEvent } from '../../events/recorded-event';
import type { Fenced } from '../../state/checkpoint.store';

export interface Batch {
  readonly events: readonly RecordedEvent[];
  readonly replaying: boolean;
  readonly attempt: number;
  /** Aborts when the process cannot wait for the batch any longer. */
  readonly calledOff: AbortSignal;
}

export type AfterCommit = ProjectionContext['afterCommit'];

/** A batch of which everything is done that needs no transaction. */
export interface PreparedBatch {
  write(manager: EntityManager, fenced: Fenced): Promise<void>;
  /** The same for whoever writes it in one statement, where it is small enough for that. */
  readonly steps?: (() => readonly WriteStep[]) | undefined;
  /** Called once the transaction has committed. */
  committed(fenced: Fenced): void;
}

/** Preparing found out something that it must begin anew with: when nothing is being written, prepare again. */
export class PrepareAgain extends Error {}

/** How handlers of one style apply a batch. */
export interface BatchApplier {
  /** Whether a batch may be prepared while the one before it is being written. */
  readonly worksAhead: boolean;
  /**
   * @param within the transaction to read in, where the batch is a part of one that is open already
   * @throws HandlerFailedError, PrepareAgain
   */
  prepare(batch: Batch, afterCommit: AfterCommit, within?: EntityManager): Promise<PreparedBatch>;
  /** Forgets what it remembers from batch to batch, because a batch was not committed. */
  reset(): void;
}
