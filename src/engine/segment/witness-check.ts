import type { Witness } from '../../events/witness';
import type { Checkpoint } from '../../state/checkpoint.store';
import { CheckpointOfAnotherStoreError } from '../failures/engine.errors';
import type { EventFeed } from '../reading/event-feed';
import type { HeadWatcher } from '../reading/head-watcher';
import type { SegmentCursor } from './segment-cursor';

export interface WitnessCheckParts {
  readonly projection: string;
  readonly feed: EventFeed;
  readonly watcher: HeadWatcher;
  readonly cursor: SegmentCursor;
}

/**
 * Finds out, once in each life of the store, whether a checkpoint was written for another store: one that was emptied,
 * or restored from an older copy, and has since got further than the checkpoint.
 */
export class WitnessCheck {
  /** The life of the store for which it is known. */
  private passed: string | undefined;

  constructor(private readonly parts: WitnessCheckParts) {}

  /** @throws CheckpointOfAnotherStoreError, StoreChangedError */
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
