import { Logger } from '@nestjs/common';
import type { Witness } from '../../events/witness';
import type { Checkpoint } from '../../state/checkpoint.store';
import { CheckpointBeyondStoreError, CheckpointOfAnotherStoreError } from '../failures/store.errors';
import type { EventFeed } from '../reading/event-feed';
import type { HeadWatcher } from '../reading/head-watcher';
import type { SegmentCursor } from './segment-cursor';

export interface StoreCheckParts {
  readonly projection: string;
  readonly feed: EventFeed;
  readonly watcher: HeadWatcher;
  readonly cursor: SegmentCursor;
}

/** What a store says of a checkpoint that does not fit it: why the projection stops, or where it goes on from. */
type Misfit = Error | Checkpoint;

/**
 * Finds out whether a checkpoint was written for another store: one that was emptied, or restored from an older copy,
 * and is not as far as the checkpoint yet, or has since got further.
 *
 * Where the store has all that was read, and its sequence alone went back, nothing is lost: the checkpoint goes back to the
 * last event that is known, behind which there was none.
 */
export class StoreCheck {
  private readonly logger = new Logger('Projection');
  /** The life of the store that is known to be the checkpoint's. */
  private passed: string | undefined;

  constructor(private readonly parts: StoreCheckParts) {}

  /** Whether the checkpoint is not known to fit the store as it is now. */
  get isDue(): boolean {
    return this.passed !== this.parts.watcher.incarnation;
  }

  /**
   * What was seen of the store may be older than the checkpoint, or of another server: it is looked at again between two
   * looks at the same store.
   * @returns where to go on from
   * @throws CheckpointBeyondStoreError, CheckpointOfAnotherStoreError, StoreChangedError, CheckpointMoved
   */
  async settle(checkpoint: Checkpoint): Promise<Checkpoint> {
    const { cursor, watcher } = this.parts;
    if (!(await this.misfitOf(checkpoint))) return checkpoint;
    await watcher.refresh();
    const { incarnation } = watcher;
    const stored = await cursor.load(undefined);
    const misfit = await this.misfitOf(stored);
    await watcher.refresh();
    if (!misfit || watcher.incarnation !== incarnation) return checkpoint;
    if (misfit instanceof Error) throw misfit;
    return this.goBack(stored, misfit);
  }

  private async goBack(from: Checkpoint, to: Checkpoint): Promise<Checkpoint> {
    const { cursor, projection, watcher } = this.parts;
    await cursor.advance(from, to);
    this.logger.warn(
      `The sequence of the events went back: projection "${projection}" had passed position ${from.position}, where the ` +
        `store ended at ${watcher.last} or has events that are new. It goes on from position ${to.position}, up to where all ` +
        'is as it has applied it.',
    );
    return to;
  }

  /** Asked once in each life of the store, as soon as that is settled up to the checkpoint. */
  private async misfitOf(checkpoint: Checkpoint): Promise<Misfit | undefined> {
    const { projection, watcher } = this.parts;
    const { position, witness } = checkpoint;
    const { incarnation, head, last } = watcher;
    const end = endOf(checkpoint);
    const beyond = end > last ? new CheckpointBeyondStoreError(projection, end, last) : undefined;
    if (!beyond && this.passed === incarnation) return undefined;
    if (!witness || (beyond && witness.position > last)) {
      this.passed = incarnation;
      return beyond;
    }
    // Before the head has got to the witness, nothing behind it is read.
    if (head < witness.position) return undefined;

    const there = await this.oneBehind(witness.position - 1n, witness.position, incarnation);
    if (there && there.id !== witness.id)
      return beyond ?? new CheckpointOfAnotherStoreError(projection, position, witness, there);
    const isExact = witness.through === position;
    const upTo = position < head ? position : head;
    const drawnAgain = isExact ? await this.oneBehind(witness.position, upTo, incarnation) : undefined;
    if (drawnAgain && !there)
      return beyond ?? new CheckpointOfAnotherStoreError(projection, position, witness, drawnAgain);
    if (there && isExact && (drawnAgain || beyond)) return backTo(witness, checkpoint, last);
    if (!beyond && head >= position) this.passed = incarnation;
    return beyond;
  }

  /** An event of any type behind `after`, of which nothing but its place and id is to be known. */
  private async oneBehind(
    after: bigint,
    upTo: bigint,
    incarnation: string | undefined,
  ): Promise<Witness | undefined> {
    while (after < upTo) {
      const { witness, through } = await this.parts.feed.peek({ after, upTo, incarnation });
      if (witness) return witness;
      after = through;
    }
    return undefined;
  }
}

/** Whatever is behind the end of the store by then is no history. */
function backTo(witness: Witness, { replayUntil = 0n }: Checkpoint, last: bigint): Checkpoint {
  const { position } = witness;
  const until = replayUntil < last ? replayUntil : last;
  return {
    position,
    replayUntil: until > position ? until : undefined,
    witness: { ...witness, through: position },
  };
}

/** The largest position that a checkpoint speaks of: where the history ends that it replays, if it lies before that. */
function endOf({ position, replayUntil = 0n }: Checkpoint): bigint {
  return replayUntil > position ? replayUntil : position;
}
