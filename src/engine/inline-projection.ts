import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { AppendParticipant, EventStore } from '../events/event-store';
import type { RecordedEvent } from '../events/recorded-event';
import type { Checkpoint } from '../state/checkpoint.store';
import type { SegmentId } from '../state/segment-id';
import type { BatchApplier } from './batch';
import { UnsupportedOperationError } from './engine.errors';
import type { EngineState } from './engine-state';
import { GateRound } from './gate-round';
import type { HeadWatcher } from './head-watcher';
import { InlineBusyError } from './inline-busy.error';
import { InlineGate } from './inline-gate';
import { InlineHandOver } from './inline-hand-over';
import { InlineHandlers } from './inline-handlers';
import type { RunMode } from './run-mode';
import type { SegmentCursor } from './segment-cursor';

/** An inline projection that is not up to date yet: a replay end is set, and appends leave their events to the loop. */
export const INLINE_BEHIND: Checkpoint = { position: 0n, replayUntil: 0n };

/** The longest a statement of a rebuild may keep appends waiting. */
const STATEMENT_MS = 10_000;
/** How often it is tried to close the gate for what an operator wants. */
const PAUSE_MS = { min: 20, max: 250 };
/** How long a hand-back waits for appends that are left open. */
const HAND_BACK_TIMEOUT_MS = 30_000;

/** Nothing calls off what runs in somebody's append. */
const NEVER = new AbortController().signal;

export interface InlineParts {
  readonly definition: ProjectionDefinition;
  readonly dataSource: DataSource;
  readonly source: EventStore;
  readonly state: EngineState;
  readonly watcher: HeadWatcher;
  readonly makeApplier: () => BatchApplier;
  /** Aborts when the engine stops. */
  readonly ending: AbortSignal;
}

/**
 * Applies events in the transaction of their append, once the projection has caught up with what was there before.
 * Until then, and while it is paused, its loop applies them, and whoever appends finds that out under the gate.
 */
export class InlineProjection implements AppendParticipant, RunMode {
  private readonly logger = new Logger('Projection');
  private readonly gate: InlineGate;
  private readonly id: SegmentId;
  private readonly handlers: InlineHandlers;
  private readonly handOver: InlineHandOver;

  constructor(private readonly parts: InlineParts) {
    const { definition, dataSource, makeApplier } = parts;
    this.id = { projection: definition.name, segment: 0 };
    this.gate = new InlineGate(dataSource, definition.name);
    this.handlers = new InlineHandlers(definition, makeApplier);
    this.handOver = new InlineHandOver({ ...parts, gate: this.gate, handlers: this.handlers });
  }

  wants(type: string): boolean {
    return this.parts.definition.handlers.of(type).length > 0;
  }

  async apply(events: readonly RecordedEvent[], manager: EntityManager): Promise<void> {
    const { name } = this.parts.definition;
    const { checkpoints, inlineMarks } = this.parts.state;
    const { isSnapshot } = await this.gate.share(manager);
    if (isSnapshot) await inlineMarks.hold(manager, name);
    const checkpoint = await checkpoints.read(this.id, manager);
    if (isBehind(checkpoint)) return;
    const afterCommit = () => {
      throw new UnsupportedOperationError(
        'use afterCommit',
        name,
        'it is inline, and the end of the transaction belongs to whoever appends; ' +
          'make side effects in a persistent projection',
      );
    };
    await this.handlers.apply({ events, afterCommit, replayUntil: undefined, calledOff: NEVER }, manager);
  }

  readonly replays = false;
  readonly endsAtHead = true;

  next({ replayUntil }: Checkpoint, position: bigint): Checkpoint {
    return { position, replayUntil };
  }

  /** Appends apply their events themselves and leave the checkpoint where it is. */
  isOver(checkpoint: Checkpoint): boolean {
    return !isBehind(checkpoint);
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

  /** Whether appends leave their events to the loop. */
  async isBehind(): Promise<boolean> {
    return isBehind(await this.parts.state.checkpoints.read(this.id));
  }

  /** Empties it while no append is under way; its loop then begins from there. */
  async alone(work: (manager: EntityManager) => Promise<void>): Promise<void> {
    const { definition, state } = this.parts;
    const close = (round: GateRound) =>
      this.gate.close({ round, statementMs: STATEMENT_MS }, async (manager) => {
        await work(manager);
        await state.inlineMarks.touch(manager, definition.name);
        return true;
      });
    await this.repeat('be rebuilt', Infinity, close);
  }

  /**
   * Has the loop apply events again, as long as `work` keeps it from handing over.
   * @param work is done in the same transaction
   * @throws InlineBusyError when an append is left open
   */
  async handBack(operation: string, work: (manager: EntityManager) => Promise<void>): Promise<void> {
    await this.repeat(operation, HAND_BACK_TIMEOUT_MS, async (round) => {
      if (await this.whileBehind(work)) return true;
      // Before the gate is closed: looking takes other connections.
      const head = await this.parts.watcher.refresh();
      return this.gate.close({ round, statementMs: STATEMENT_MS }, (manager) =>
        this.fallBehind(head, manager, work),
      );
    });
  }

  /** Where appends leave their events to the loop anyway, only a hand-over must be kept out. */
  private whileBehind(work: (manager: EntityManager) => Promise<void>): Promise<boolean> {
    return this.gate.hold(async (manager) => {
      if (!isBehind(await this.parts.state.checkpoints.read(this.id, manager))) return false;
      await work(manager);
      return true;
    });
  }

  /** With the gate closed all that was applied is visible, and must lie before all that is left to the loop. */
  private async fallBehind(
    head: bigint,
    manager: EntityManager,
    work: (manager: EntityManager) => Promise<void>,
  ): Promise<boolean> {
    const { source, definition, state } = this.parts;
    const { name, types } = definition;
    const { checkpoints, control, inlineMarks } = state;
    if (isBehind(await checkpoints.read(this.id, manager))) return false;
    const position = await source.settledThrough(manager, head, types);
    if (position === undefined) return false;
    await checkpoints.reset(manager, name, { ...INLINE_BEHIND, position });
    await control.nextGeneration(manager, name);
    await inlineMarks.touch(manager, name);
    await work(manager);
    return true;
  }

  private async repeat(
    operation: string,
    timeoutMs: number,
    attempt: (round: GateRound) => Promise<boolean | undefined>,
  ): Promise<void> {
    const { ending, definition } = this.parts;
    const round = new GateRound();
    const began = performance.now();
    let told = false;
    for (let pause = PAUSE_MS.min; !(await attempt(round)); pause = Math.min(2 * pause, PAUSE_MS.max)) {
      const waited = performance.now() - began;
      if (ending.aborted || waited >= timeoutMs)
        throw new InlineBusyError(definition.name, operation, waited, round.waitsFor);
      if (!told && waited >= TELL_AFTER_MS) {
        told = true;
        const busy = new InlineBusyError(definition.name, operation, waited, round.waitsFor);
        this.logger.warn(`${busy.message} It is tried on.`);
      }
      await delay(pause, undefined, { signal: ending }).catch(() => undefined);
    }
  }
}

/** After this long the log says what is waited for. */
const TELL_AFTER_MS = 5_000;

/** Whether appends leave their events to the loop. */
function isBehind(checkpoint: Checkpoint | undefined): boolean {
  return !checkpoint || checkpoint.replayUntil !== undefined;
}
