import type { EntityManager } from 'typeorm';
import type { ProjectionDefinition } from '../../authoring/projection-definition';
import type { EventStore } from '../../events/event-store';
import { UnreadableEventError } from '../../events/unreadable-event.error';
import type { Checkpoint } from '../../state/checkpoint.store';
import { runEffects } from '../applying/after-commit';
import { HandlerFailedError } from '../failures/handler-failed.error';
import type { EngineState } from '../coordination/engine-state';
import { GateRound } from './gate-round';
import type { InlineGate } from './inline-gate';
import type { InlineHandlers } from './inline-handlers';
import type { SegmentCursor } from '../segment/segment-cursor';
import { describeError } from '../failures/describe-error';

/** How many events a hand-over applies itself while appends wait for it. */
const STRETCH = 500;
const STRETCH_BYTES = 1024 * 1024;
/** The longest that appends wait for it. */
const LIMIT_MS = 2_000;
/** How long it waits after an instance has appended that does not provide the projection, as one of the former code. */
const LEFT_OUT_SECONDS = 10;
/** When to try again: soon where appends are in the way, later where an event, a person or time must come first. */
const TRY_AGAIN_MS = { min: 25, soon: 1_000, later: 10_000 };

export interface HandOverParts {
  readonly definition: ProjectionDefinition;
  readonly source: EventStore;
  readonly state: EngineState;
  readonly gate: InlineGate;
  readonly handlers: InlineHandlers;
  /** Milliseconds after which an `afterCommit` effect is not waited for any longer. */
  readonly effectTimeoutMs: number;
}

/**
 * Hands an inline projection over from its loop to the appends: with the gate closed, what they committed until now is
 * applied here, settled or not, and what is still open will find the hand-over done. All of it happens on one
 * connection, since appends that wait for the gate may hold all others.
 */
export class InlineHandOver {
  private readonly round = new GateRound();
  private wait = 0;
  private dueAt = -Infinity;
  private why: string | undefined;

  constructor(private readonly parts: HandOverParts) {}

  /** Why the last try came to nothing. */
  get hindrance(): string | undefined {
    return this.why;
  }

  /** Whether it is time to try, with so many positions left to go through. */
  takes(positions: bigint): boolean {
    return positions <= BigInt(STRETCH) && performance.now() >= this.dueAt;
  }

  /** @returns whether appends apply the events from now on */
  async attempt(checkpoint: Checkpoint, cursor: SegmentCursor): Promise<boolean> {
    if (!this.takes(0n)) return false;
    const limit = new AbortController();
    const timer = setTimeout(
      () => limit.abort(new Error(`the hand-over took longer than ${LIMIT_MS} ms`)),
      LIMIT_MS,
    );
    const effects: (() => unknown)[] = [];
    try {
      const closing = { round: this.round, statementMs: LIMIT_MS, toAll: true };
      const done = await this.parts.gate.close(closing, (manager) => {
        effects.length = 0;
        return this.settle(checkpoint, cursor, manager, effects, limit.signal);
      });
      if (done === undefined) this.retry(TRY_AGAIN_MS.soon, 'it waits for appends that are under way');
      if (!done) return false;
    } catch (error) {
      // The loop meets it in a batch of its own, where retries and onError hold.
      this.wait = Math.max(this.wait, TRY_AGAIN_MS.soon);
      this.retry(TRY_AGAIN_MS.later, `the last events could not be applied: ${describeError(error)}`);
      if (!limit.signal.aborted && !isOfEvent(error)) throw error;
      return false;
    } finally {
      clearTimeout(timer);
    }
    this.wait = 0;
    this.dueAt = -Infinity;
    this.why = undefined;
    const { definition, effectTimeoutMs } = this.parts;
    // Appends take it further meanwhile.
    await runEffects(definition.name, effects, effectTimeoutMs, () => undefined);
    return true;
  }

  private async settle(
    checkpoint: Checkpoint,
    cursor: SegmentCursor,
    manager: EntityManager,
    effects: (() => unknown)[],
    calledOff: AbortSignal,
  ): Promise<boolean> {
    const { definition, source, state, handlers } = this.parts;
    const { name, types } = definition;
    const forbidden = await this.forbidden(manager);
    if (forbidden) return this.retry(TRY_AGAIN_MS.soon, forbidden);
    const { position, replayUntil } = checkpoint;
    const request = { after: position, types, limit: STRETCH, maxBytes: STRETCH_BYTES };
    const rest = await source.readCommitted(manager, request);
    if (!rest) return this.retry(TRY_AGAIN_MS.soon, 'more events came than it can apply at once');
    const witness = rest.witness ?? checkpoint.witness;
    // The position stays where all is settled: others take checkpoints for that.
    await cursor.advance(checkpoint, { position, replayUntil: undefined, witness }, manager);
    await state.inlineMarks.write(name, true, manager);
    const { events } = rest;
    const afterCommit = (effect: () => unknown) => void effects.push(effect);
    await handlers.apply({ events, afterCommit, replayUntil, calledOff }, manager);
    return true;
  }

  /** Whoever pauses it or sets its events aside holds the gate too, or is its loop. */
  private async forbidden(manager: EntityManager): Promise<string | undefined> {
    const { definition, state } = this.parts;
    const { name } = definition;
    const wanted = await state.control.stateOf(name, manager);
    if (wanted !== undefined && wanted !== 'running') return `it is ${wanted}`;
    if (await state.inlineMarks.wasLeftOut(name, LEFT_OUT_SECONDS, manager))
      return (
        `an instance that does not provide it has appended in the last ${LEFT_OUT_SECONDS} s, as one of the former code ` +
        'does during a deployment: provide it in every instance that appends'
      );
    const letters = await state.deadLetters.count(name, manager);
    if (letters === 0) return undefined;
    return `${letters} event(s) are set aside: retry or discard them (deadLetters, retryDeadLetters, discardDeadLetters)`;
  }

  private retry(longest: number, why: string): false {
    this.wait = Math.min(Math.max(2 * this.wait, TRY_AGAIN_MS.min), longest);
    this.dueAt = performance.now() + this.wait;
    this.why = why;
    return false;
  }
}

function isOfEvent(error: unknown): boolean {
  return error instanceof HandlerFailedError || error instanceof UnreadableEventError;
}
