import type { Checkpoint, CheckpointStore } from '../../state/checkpoint.store';
import type { InlineMarkStore } from '../../state/inline-mark.store';
import type { SegmentId } from '../../state/segment-id';
import { StoredCursor } from '../segment/segment-cursor';

/** The checkpoint of an inline projection: its replay end also says that appends leave their events to the loop. */
export class InlineCursor extends StoredCursor {
  constructor(
    checkpoints: CheckpointStore,
    private readonly marks: InlineMarkStore,
    private readonly segment: SegmentId,
    private readonly leaseEpoch: bigint,
  ) {
    super(checkpoints, segment, leaseEpoch);
  }

  override async load(): Promise<Checkpoint> {
    await this.marks.leaveToLoop(this.segment, this.leaseEpoch);
    return super.load();
  }
}
