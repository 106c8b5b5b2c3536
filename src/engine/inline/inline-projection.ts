import type { EntityManager } from 'typeorm';
import type { ProjectionDefinition } from '../../authoring/projection-definition';
import type { AppendParticipant } from '../../events/event-store';
import type { RecordedEvent } from '../../events/recorded-event';
import type { Checkpoint } from '../../state/checkpoint.store';
import { tableName } from '../../state/table-name';
import type { BatchApplier } from '../applying/batch';
import { HandlerFailedError } from '../failures/handler-failed.error';
import { UnsupportedOperationError } from '../failures/operation.errors';
import { type FallBackParts, InlineFallBack } from './inline-fall-back';
import { InlineHandOver } from './inline-hand-over';
import { InlineMarkMissingError } from './inline-mark-missing.error';
import { InlineOutdatedError } from './inline-outdated.error';
import { InlineHandlers } from './inline-handlers';
import type { RunMode } from '../segment/run-mode';
import type { SegmentCursor } from '../segment/segment-cursor';

/** Nothing calls off what runs in somebody's append. */
const NEVER = new AbortController().signal;

export interface InlineParts extends Omit<FallBackParts, 'name' | 'types'> {
  readonly definition: ProjectionDefinition;
  readonly makeApplier: () => BatchApplier;
  /** Milliseconds after which an `afterCommit` effect is not waited for any longer. */
  readonly effectTimeoutMs: number;
}

/**
 * Applies events in the transaction of their append, once the projection has caught up with what was there before.
 * Until then, and while it is paused, its loop applies them, and whoever appends finds that out under the gate.
 */
export class InlineProjection extends InlineFallBack implements AppendParticipant, RunMode {
  private readonly definition: ProjectionDefinition;
  private readonly handlers: InlineHandlers;
  private readonly handOver: InlineHandOver;
  private hasMark = false;

  constructor(parts: InlineParts) {
    const { definition, makeApplier } = parts;
    super({ ...parts, name: definition.name, types: definition.types });
    this.definition = definition;
    this.handlers = new InlineHandlers(definition, makeApplier);
    this.handOver = new InlineHandOver({ ...parts, gate: this.gate, handlers: this.handlers });
  }

  /** Told when there is a row that says whether appends apply its events. */
  marked(): void {
    this.hasMark = true;
  }

  get projection(): string {
    return this.definition.name;
  }

  wants(type: string): boolean {
    return this.definition.handlers.of(type).length > 0;
  }

  async apply(events: readonly RecordedEvent[], manager: EntityManager): Promise<void> {
    const { name, version } = this.definition;
    const { dataSource } = this.parts;
    const { inlineMarks } = this.parts.state;
    const { isSnapshot } = await this.gate.share(manager);
    const mark = await inlineMarks.forAppend(name, isSnapshot, manager);
    // Before the start has made the row its loop takes what is missing; later nobody would know of it.
    if (!mark && this.hasMark)
      throw new InlineMarkMissingError(name, tableName(dataSource, 'projection_inline_marks'));
    if (!mark?.byAppends) return;
    if (mark.version !== null && mark.version > version)
      throw new InlineOutdatedError(name, version, mark.version);
    const afterCommit = () => {
      throw new UnsupportedOperationError(
        'use afterCommit',
        name,
        'it is inline, and the end of the transaction belongs to whoever appends; ' +
          'make side effects in a persistent projection',
      );
    };
    const batch = { events, afterCommit, replayUntil: undefined, calledOff: NEVER };
    await this.handlers.apply(batch, manager).catch((error: unknown) => {
      throw error instanceof HandlerFailedError ? error.as('append-refused') : error;
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
    return this.handOver.takes(head - position);
  }

  async atHead(checkpoint: Checkpoint, cursor: SegmentCursor): Promise<boolean> {
    return this.isOver(checkpoint) || this.handOver.attempt(checkpoint, cursor);
  }

  /** Why appends do not apply its events yet. Only the process that runs its loop knows more than that it catches up. */
  get hindrance(): string {
    return this.handOver.hindrance ?? 'it catches up with the events of before';
  }
}
