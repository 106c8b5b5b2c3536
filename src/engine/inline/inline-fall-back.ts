import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import type { EventStore } from '../../events/event-store';
import type { SegmentId } from '../../state/segment-id';
import { UnsupportedOperationError } from '../failures/operation.errors';
import type { EngineState } from '../coordination/engine-state';
import { GateRound } from './gate-round';
import type { HeadWatcher } from '../reading/head-watcher';
import { InlineBusyError } from './inline-busy.error';
import { InlineGate } from './inline-gate';

/** The end of a replay also says that appends leave their events to the loop, where there is nothing to replay. */
const NOTHING_TO_REPLAY = 0n;

/** The longest a statement of a rebuild may keep appends waiting. */
const STATEMENT_MS = 10_000;
/** How often it is tried to close the gate for what an operator wants. */
const PAUSE_MS = { min: 20, max: 250 };
/** How long a hand-back waits for appends that are left open. */
const HAND_BACK_TIMEOUT_MS = 30_000;
/** After this long the log says what is waited for. */
const TELL_AFTER_MS = 5_000;

export interface FallBackParts {
  readonly name: string;
  /** The event types that it handles; `undefined` for all, or where nobody here knows. */
  readonly types: readonly string[] | undefined;
  readonly dataSource: DataSource;
  readonly source: EventStore;
  readonly state: EngineState;
  readonly watcher: HeadWatcher;
  /** Aborts when the engine stops. */
  readonly ending: AbortSignal;
}

/** The way back of an inline projection from the appends to its loop. It needs none of the projection's code. */
export class InlineFallBack {
  protected readonly gate: InlineGate;
  private readonly logger = new Logger('Projection');
  private readonly id: SegmentId;

  constructor(protected readonly parts: FallBackParts) {
    this.id = { projection: parts.name, segment: 0 };
    this.gate = new InlineGate(parts.dataSource, parts.name);
  }

  /** Whether appends leave their events to the loop. */
  async isBehind(manager?: EntityManager): Promise<boolean> {
    const { state, name } = this.parts;
    return !(await state.inlineMarks.read(name, manager));
  }

  /**
   * Empties it while no append is under way; its loop then begins from there.
   * @param work is told up to where events were applied before, and so are history
   */
  async empty(work: (manager: EntityManager, historyUntil: bigint) => Promise<void>): Promise<void> {
    const { name, state, watcher } = this.parts;
    await this.repeat('be rebuilt', Infinity, async (round) => {
      // Before the gate is closed: looking takes other connections.
      const head = await watcher.refresh();
      return this.gate.close({ round, statementMs: STATEMENT_MS }, async (manager) => {
        const historyUntil = await this.appliedUntil(head, manager);
        if (historyUntil === undefined) return false;
        await work(manager, historyUntil);
        await state.inlineMarks.write(name, false, manager);
        return true;
      });
    });
  }

  /**
   * Has the loop apply events again, as long as `work` keeps it from handing over.
   * @param work is done in the same transaction
   * @throws InlineBusyError when an append is left open
   */
  async handBack(
    operation: string,
    work: (manager: EntityManager) => Promise<void>,
    timeoutMs = HAND_BACK_TIMEOUT_MS,
  ): Promise<void> {
    await this.repeat(operation, timeoutMs, async (round) => {
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
    const { source, types, state } = this.parts;
    const checkpoint = await state.checkpoints.read(this.id, manager);
    // With the gate closed all that appends applied is visible.
    if (!(await this.isBehind(manager))) return source.settledThrough(manager, head, types);
    const { position = 0n, replayUntil = 0n } = checkpoint ?? {};
    return position > replayUntil ? position : replayUntil;
  }

  private async fallBehind(
    head: bigint,
    manager: EntityManager,
    work: (manager: EntityManager) => Promise<void>,
  ): Promise<boolean> {
    const { name, state } = this.parts;
    const { checkpoints, control, inlineMarks } = state;
    if (await this.isBehind(manager)) return false;
    const position = await this.appliedUntil(head, manager);
    if (position === undefined) return false;
    const known = (await checkpoints.read(this.id, manager))?.witness;
    // Of what appends have applied since, it says nothing.
    const witness = known && { ...known, through: known.position };
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
    const { ending, name } = this.parts;
    const round = new GateRound();
    const began = performance.now();
    let told = false;
    for (let pause = PAUSE_MS.min; !(await attempt(round)); pause = Math.min(2 * pause, PAUSE_MS.max)) {
      const waited = performance.now() - began;
      if (ending.aborted)
        throw new UnsupportedOperationError(operation, name, 'the application is shutting down');
      if (waited >= timeoutMs) throw new InlineBusyError(name, operation, waited, round.waitsFor);
      if (!told && waited >= TELL_AFTER_MS) {
        told = true;
        const busy = new InlineBusyError(name, operation, waited, round.waitsFor);
        this.logger.warn(`${busy.message} It is tried on.`);
      }
      await delay(pause, undefined, { signal: ending }).catch(() => undefined);
    }
  }
}
