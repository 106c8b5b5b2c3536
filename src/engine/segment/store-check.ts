import type { Witness } from '../../events/witness';
import type { Checkpoint } from '../../state/checkpoint.store';
import { CheckpointBeyondStoreError, CheckpointOfAnotherStoreError } from '../failures/engine.errors';
import type { EventFeed } from '../reading/event-feed';
import type { HeadWatcher } from '../reading/head-watcher';
import type { SegmentCursor } from './segment-cursor';

export interface StoreCheckParts {
  readonly projection: string;
  readonly feed: EventFeed;
  readonly watcher: HeadWatcher;
  readonly cursor: SegmentCursor;
}

/**
 * Finds out whether a checkpoint was written for another store: one that was emptied, or restored from an older copy,
 * and is not as far as the checkpoint yet, or has since got further.
 */
export class StoreCheck {
  /** The life of the store that is known to be the checkpoint's. */
  private passed: string | undefined;

  constructor(private readonly parts: StoreCheckParts) {}

  /**
   * What was seen of the store may be older than the checkpoint, or of another server: it is looked at again between two
   * looks at the same store.
   * @throws CheckpointBeyondStoreError
   */
  async assertWithinStore(checkpoint: Checkpoint): Promise<void> {
    const { cursor, projection, watcher } = this.parts;
    if (endOf(checkpoint) <= watcher.last) return;
    await watcher.refresh();
    const { incarnation } = watcher;
    const end = endOf(await cursor.load(undefined));
    await watcher.refresh();
    if (watcher.incarnation === incarnation && end > watcher.last)
      throw new CheckpointBeyondStoreError(projection, end, watcher.last);
  }

  /**
   * Looked for once in each life of the store, by the last event read up to the checkpoint.
   * @throws CheckpointOfAnotherStoreError, StoreChangedError
   */
  async assertSameStore({ witness }: Checkpoint): Promise<void> {
    const { watcher } = this.parts;
    const { incarnation, head } = watcher;
    if (this.passed === incarnation) return;
    // Before the head has got to the witness, nothing behind it is read.
    if (witness && head < witness.position) return;
    if (witness && (await this.another(witness, incarnation))) await this.assertAgain();
    else this.passed = incarnation;
  }

  /** The checkpoint may be of another server than the store: it is looked at again between two looks at the same store. */
  private async assertAgain(): Promise<void> {
    const { cursor, projection, watcher } = this.parts;
    await watcher.refresh();
    const { incarnation, head } = watcher;
    const { position, witness } = await cursor.load(undefined);
    if (!witness || head < witness.position) return;
    const another = await this.another(witness, incarnation);
    await watcher.refresh();
    if (another !== undefined && watcher.incarnation === incarnation)
      throw new CheckpointOfAnotherStoreError(projection, position, witness, another);
  }

  /** The id of another event that is where the witness was. Of one that was deleted, nothing can be told. */
  private async another(witness: Witness, incarnation: string | undefined): Promise<string | undefined> {
    const { position, id } = witness;
    const request = { after: position - 1n, upTo: position, types: undefined, limit: 1, maxBytes: 1 };
    const { events } = await this.parts.feed.readPage({ ...request, incarnation });
    const [there] = events;
    return there && there.id !== id ? there.id : undefined;
  }
}

/** The largest position that a checkpoint speaks of: where the history ends that it replays, if it lies before that. */
function endOf({ position, replayUntil = 0n }: Checkpoint): bigint {
  return replayUntil > position ? replayUntil : position;
}
