import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { AppendParticipant, EventStore } from '../events/event-store';
import type { RecordedEvent } from '../events/recorded-event';
import type { Checkpoint } from '../state/checkpoint.store';
import type { SegmentId } from '../state/segment-id';
import { tableName } from '../state/table-name';
import type { BatchApplier } from './batch';
import { HandlerFailedError, UnsupportedOperationError } from './engine.errors';
import type { EngineState } from './engine-state';
import { GateRound } from './gate-round';
import type { HeadWatcher } from './head-watcher';
import { InlineBusyError } from './inline-busy.error';
import { InlineGate } from './inline-gate';
import { InlineHandOver } from './inline-hand-over';
import { InlineMarkMissingError } from './inline-mark-missing.error';
import { InlineOutdatedError } from './inline-outdated.error';
import { InlineHandlers } from './inline-handlers';
import type { RunMode } from './run-mode';
import type { SegmentCursor } from './segment-cursor';

/** The end of a replay also says that appends leave their events to the loop, where there is nothing to replay. */
const NOTHING_TO_REPLAY = 0n;

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
  /** Milliseconds after which an `afterCommit` effect is not waited for any longer. */
  readonly effectTimeoutMs: number;
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
  private hasMark = false;

  constructor(private readonly parts: InlineParts) {
    const { definition, dataSource, makeApplier } = parts;
    this.id = { projection: definition.name, segment: 0 };
    this.gate = new InlineGate(dataSource, definition.name);
    this.handlers = new InlineHandlers(definition, makeApplier);
    this.handOver = new InlineHandOver({ ...parts, gate: this.gate, handlers: this.handlers });
  }

  /** Told when there is a row that says whether appends apply its events. */
  marked(): void {
    this.hasMark = true;
  }

  wants(type: string): boolean {
    return this.parts.definition.handlers.of(type).length > 0;
  }

  async apply(events: readonly RecordedEvent[], manager: EntityManager): Promise<void> {
    const { definition, state, dataSource } = this.parts;
    const { name } = definition;
    const { inlineMarks } = state;
    const { isSnapshot } = await this.gate.share(manager);
    const mark = await inlineMarks.forAppend(name, isSnapshot, manager);
    // Before the start has made the row its loop takes what is missing; later nobody would know of it.
    if (!mark && this.hasMark)
      throw new InlineMarkMissingError(name, tableName(dataSource, 'projection_inline_marks'));
    if (!mark?.byAppends) return;
    const { version = 1 } = definition.options;
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

  /** Whether appends leave their events to the loop. */
  async isBehind(manager?: EntityManager): Promise<boolean> {
    const { state, definition } = this.parts;
    return !(await state.inlineMarks.read(definition.name, manager));
  }

  /**
   * Empties it while no append is under way; its loop then begins from there.
   * @param work is told up to where events were applied before, and so are history
   */
  async empty(work: (manager: EntityManager, historyUntil: bigint) => Promise<void>): Promise<void> {
    const { definition, state, watcher } = this.parts;
    await this.repeat('be rebuilt', Infinity, async (round) => {
      // Before the gate is closed: looking takes other connections.
      const head = await watcher.refresh();
      return this.gate.close({ round, statementMs: STATEMENT_MS }, async (manager) => {
        const historyUntil = await this.appliedUntil(head, manager);
        if (historyUntil === undefined) return false;
        await work(manager, historyUntil);
        await state.inlineMarks.write(definition.name, false, manager);
        return true;
      });
    });
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
      if (!(await this.isBehind(manager))) return false;
      await work(manager);
      return true;
    });
  }

  /** @returns `undefined` where what was applied does not lie before all that was not */
  private async appliedUntil(head: bigint, manager: EntityManager): Promise<bigint | undefined> {
    const { source, definition, state } = this.parts;
    const checkpoint = await state.checkpoints.read(this.id, manager);
    // With the gate closed all that appends applied is visible.
    if (!(await this.isBehind(manager))) return source.settledThrough(manager, head, definition.types);
    const { position = 0n, replayUntil = 0n } = checkpoint ?? {};
    return position > replayUntil ? position : replayUntil;
  }

  private async fallBehind(
    head: bigint,
    manager: EntityManager,
    work: (manager: EntityManager) => Promise<void>,
  ): Promise<boolean> {
    const { definition, state } = this.parts;
    const { name } = definition;
    const { checkpoints, control, inlineMarks } = state;
    if (await this.isBehind(manager)) return false;
    const position = await this.appliedUntil(head, manager);
    if (position === undefined) return false;
    const witness = (await checkpoints.read(this.id, manager))?.witness;
    await checkpoints.reset(manager, name, { position, replayUntil: NOTHING_TO_REPLAY, witness });
    await control.nextGeneration(manager, name);
    await inlineMarks.write(name, false, manager);
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
      if (ending.aborted)
        throw new UnsupportedOperationError(operation, definition.name, 'the application is shutting down');
      if (waited >= timeoutMs) throw new InlineBusyError(definition.name, operation, waited, round.waitsFor);
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
