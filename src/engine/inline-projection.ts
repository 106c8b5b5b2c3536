import type { DataSource, EntityManager } from 'typeorm';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { EventPage, EventSource } from '../events/event-source';
import type { AppendParticipant } from '../events/event-store';
import type { RecordedEvent } from '../events/recorded-event';
import { ForeignWriteError } from '../read-models/row.errors';
import type { Checkpoint, CheckpointStore, Fenced } from '../state/checkpoint.store';
import type { SegmentId } from '../state/segment-id';
import { type AfterCommit, type BatchApplier, PrepareAgain } from './batch';
import { HandlerFailedError, UnsupportedOperationError } from './engine.errors';
import { InlineGate } from './inline-gate';
import type { RunMode } from './run-mode';
import type { SegmentCursor } from './segment-cursor';
import { AbortedTransactionError, assertNotAborted } from './transaction';

/** How often an append folds its rows again after others made the same ones. */
const MAX_RACES = 20;
/** An append needs no fence, and nobody else knows its session. */
const NO_FENCE: Fenced = { backend: 0, transaction: '' };
/** How many events a hand-over applies itself while appends wait for it. */
const LAST_STRETCH = 500;
const LAST_BYTES = 1024 * 1024;
/** Appends wait behind a try to hand over, so that a vain one is not repeated at once. */
const TRY_AGAIN_MS = 1_000;
/** Beyond every position. */
const END = 2n ** 63n - 1n;

/**
 * Applies events in the transaction of their append, once the projection has caught up with what was there before.
 * Until then its loop applies them, and whoever appends finds that out under the gate.
 */
export class InlineProjection implements AppendParticipant, RunMode {
  private readonly gate: InlineGate;
  private readonly id: SegmentId;
  private triedAt = -Infinity;

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
    await this.handle(events, manager, () => {
      throw new UnsupportedOperationError(
        'use afterCommit',
        this.definition.name,
        'it is inline, and the end of the transaction belongs to whoever appends; ' +
          'make side effects in a persistent projection',
      );
    });
  }

  readonly replays = false;
  readonly endsAtHead = true;

  next({ replayUntil }: Checkpoint, position: bigint): Checkpoint {
    return { position, replayUntil };
  }

  /** Appends apply their events themselves and leave the checkpoint where it is. */
  isOver({ replayUntil }: Checkpoint): boolean {
    return replayUntil === undefined;
  }

  /** Under a steady stream of appends the loop never gets to the head by itself: the rest is for the hand-over. */
  isNear(position: bigint, head: bigint): boolean {
    return head - position <= LAST_STRETCH && performance.now() - this.triedAt >= TRY_AGAIN_MS;
  }

  /**
   * Hands over to the appends: with the gate closed, what they committed until now is applied here, and what is still
   * open will find the hand-over done.
   */
  async atHead(checkpoint: Checkpoint, cursor: SegmentCursor): Promise<boolean> {
    if (this.isOver(checkpoint)) return true;
    this.triedAt = performance.now();
    const handedOver = await this.gate.close(this.dataSource, async (manager) => {
      const rest = await this.committedSince(checkpoint.position);
      if (!rest) return false;
      await cursor.advance(checkpoint, { position: rest.through, replayUntil: undefined }, manager);
      await this.handle(rest.events, manager, () => undefined);
      return true;
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

  /** `undefined` when that is too much for now, or not all settled. */
  private async committedSince(position: bigint): Promise<EventPage | undefined> {
    const { types } = this.definition;
    const { settled } = await this.source.head();
    const beyond = await this.source.backlog({ after: settled, upTo: END, types });
    if (beyond.events > 0) return undefined;
    const request = { after: position, upTo: settled, types, limit: LAST_STRETCH, maxBytes: LAST_BYTES };
    const page = await this.source.readPage(request);
    return page.through >= settled ? page : undefined;
  }

  /** One by one: whoever commits would take the COMMIT of a transaction that a handler broke in silence for one. */
  private async handle(
    events: readonly RecordedEvent[],
    manager: EntityManager,
    afterCommit: AfterCommit,
  ): Promise<void> {
    const { name } = this.definition;
    for (const event of events) {
      await this.applyOne(event, manager, afterCommit);
      await assertNotAborted(manager.queryRunner!).catch((error: unknown) => {
        if (!(error instanceof AbortedTransactionError)) throw error;
        const method = this.definition.handlers.of(event.type).at(-1)!.method;
        throw new HandlerFailedError(name, method, event, error);
      });
    }
  }

  /** Rows that appends make at the same time are found out at their writing, and folded again. */
  private async applyOne(
    event: RecordedEvent,
    manager: EntityManager,
    afterCommit: AfterCommit,
  ): Promise<void> {
    const calledOff = new AbortController().signal;
    const batch = { events: [event], replaying: false, attempt: 1, calledOff };
    const work = async (within: EntityManager) => {
      const prepared = await applier.prepare(batch, afterCommit, within);
      await prepared.write(within, NO_FENCE);
    };
    const applier = this.makeApplier();
    for (let race = 1; ; race++)
      try {
        await (applier.worksAhead ? manager.transaction(work) : work(manager));
        return;
      } catch (error) {
        applier.reset();
        const again = error instanceof ForeignWriteError || error instanceof PrepareAgain;
        if (!again || race === MAX_RACES) throw error;
      }
  }
}
