import type { DataSource, EntityManager } from 'typeorm';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { EventSource } from '../events/event-source';
import type { AppendParticipant } from '../events/event-store';
import type { RecordedEvent } from '../events/recorded-event';
import type { Checkpoint, CheckpointStore, Fenced } from '../state/checkpoint.store';
import type { SegmentId } from '../state/segment-id';
import { ForeignWriteError } from '../read-models/row.errors';
import type { Batch, BatchApplier } from './batch';
import { UnsupportedOperationError } from './engine.errors';
import { InlineGate } from './inline-gate';
import type { RunMode } from './run-mode';

/** An inline projection that is not up to date yet: a replay end is set, and appends leave their events to the loop. */
export const INLINE_BEHIND: Checkpoint = { position: 0n, replayUntil: 0n };

/** How often an append folds its rows again after others made the same ones. */
const MAX_RACES = 20;

/** An append needs no fence, and nobody else knows its session. */
const NO_FENCE: Fenced = { backend: 0, transaction: '' };

/**
 * Applies events in the transaction of their append, once the projection has caught up with what was there before.
 * Until then its loop applies them, and whoever appends finds that out under the gate.
 */
export class InlineProjection implements AppendParticipant, RunMode {
  private readonly gate: InlineGate;
  private readonly id: SegmentId;

  constructor(
    private readonly definition: ProjectionDefinition,
    private readonly dataSource: DataSource,
    private readonly source: EventSource,
    private readonly checkpoints: CheckpointStore,
    private readonly makeApplier: () => BatchApplier,
  ) {
    this.gate = new InlineGate(definition.name);
    this.id = { projection: definition.name, segment: 0 };
  }

  wants(type: string): boolean {
    return this.definition.handlers.of(type).length > 0;
  }

  async apply(events: readonly RecordedEvent[], manager: EntityManager): Promise<void> {
    await this.gate.share(manager);
    const checkpoint = await this.checkpoints.read(this.id, manager);
    if (!checkpoint || checkpoint.replayUntil !== undefined) return;
    const batch = { events, replaying: false, attempt: 1, calledOff: new AbortController().signal };
    for (let race = 1; ; race++)
      try {
        await this.applyOnce(batch, manager);
        return;
      } catch (error) {
        if (!(error instanceof ForeignWriteError) || race === MAX_RACES) throw error;
      }
  }

  /** Rows that appends make at the same time are found out at their writing, and folded again. */
  private async applyOnce(batch: Batch, manager: EntityManager): Promise<void> {
    const applier = this.makeApplier();
    const work = async (within: EntityManager) => {
      const prepared = await applier.prepare(batch, () => this.refuseAfterCommit(), within);
      await prepared.write(within, NO_FENCE);
    };
    await (applier.worksAhead ? manager.transaction(work) : work(manager));
  }

  private refuseAfterCommit(): never {
    throw new UnsupportedOperationError(
      'use afterCommit',
      this.definition.name,
      'it is inline, and the end of the transaction belongs to whoever appends; ' +
        'make side effects in a persistent projection',
    );
  }

  readonly replays = false;
  readonly endsAtHead = true;

  next({ replayUntil }: Checkpoint, position: bigint): Checkpoint {
    return { position, replayUntil };
  }

  /** Hands over to the appends, unless one of them was quicker than the look at the head. */
  async atHead(checkpoint: Checkpoint): Promise<boolean> {
    if (checkpoint.replayUntil === undefined) return true;
    const handedOver = await this.gate.close(this.dataSource, async (manager) => {
      const { settled, pending } = await this.source.head();
      if (pending || settled > checkpoint.position) return false;
      return this.checkpoints.endReplay(this.id, checkpoint.position, manager);
    });
    return handedOver ?? false;
  }

  /** Runs `work` while no append is under way; `false` when it did not come to that. */
  async alone(work: (manager: EntityManager) => Promise<void>): Promise<boolean> {
    const done = await this.gate.close(this.dataSource, async (manager) => {
      await work(manager);
      return true;
    });
    return done ?? false;
  }
}
