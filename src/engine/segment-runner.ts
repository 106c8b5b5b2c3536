import { Logger } from '@nestjs/common';
import type { ProjectionDefinition } from '../authoring/projection-definition';
import type { EventPage } from '../events/event-source';
import type { RecordedEvent } from '../events/recorded-event';
import type { Checkpoint } from '../state/checkpoint.store';
import type { CommandRow, DesiredState } from '../state/control.store';
import type { SegmentId } from '../state/segment-id';
import { backoffMs } from './backoff';
import type { BatchTransaction } from './batch-transaction';
import type { CommittedBatch } from './committed-batch';
import type { ConnectionBudget } from './connection-budget';
import type { DeadLetterQueue } from './dead-letter-queue';
import { CheckpointBeyondStoreError, HandlerFailedError, TooManyDeadLettersError } from './engine.errors';
import type { EventFeed, FeedReader } from './event-feed';
import type { FailurePolicy } from './failure-policy';
import type { HeadWatcher } from './head-watcher';
import type { PageSize } from './page-size';
import type { RunMode } from './run-mode';
import { CheckpointMoved, LeaseLost, type SegmentCursor } from './segment-cursor';
import type { SegmentCommands } from './segment-commands';
import { isAborted } from './transaction';
import { isTransientError } from './transient-error';

/** A loop with nothing to do turns this often, so that its heartbeat tells a quiet one from a hung one. */
const IDLE_TURN_MS = 1_000;
/** How often a checkpoint that moved over foreign events alone is written. */
const SKIP_INTERVAL_MS = 1_000;

/** What is wanted of a segment, by the last look at the database. */
export interface Directive {
  readonly state: DesiredState;
  readonly generation: number;
  readonly commands: readonly CommandRow[];
}

export interface RunnerParts {
  readonly definition: ProjectionDefinition;
  readonly id: SegmentId;
  readonly feed: EventFeed;
  readonly watcher: HeadWatcher;
  readonly transaction: BatchTransaction;
  readonly cursor: SegmentCursor;
  readonly queue: DeadLetterQueue;
  readonly policy: FailurePolicy;
  readonly mode: RunMode;
  readonly pageSize: PageSize;
  readonly budget: ConnectionBudget;
  readonly committed: (batch: CommittedBatch) => void;
  /** Stores, for all instances to see, that the projection is stopped and why. */
  readonly halt: (error: Error, event: RecordedEvent | undefined) => Promise<void>;
  readonly commands: SegmentCommands;
}

/** The batch cannot be blamed on one event: it must be tried in parts. */
class Unattributed extends Error {}

/** One segment's loop: obey, read a page, apply it in a transaction with the checkpoint, wait for more. */
export class SegmentRunner implements FeedReader {
  private readonly logger = new Logger('Projection');
  private readonly calledOff = new AbortController();
  private stopping = false;
  private wake = new AbortController();
  private directive: Directive | undefined;
  /** As the database has it. */
  private stored: Checkpoint | undefined;
  private known: Checkpoint | undefined;
  private reached = 0n;
  private storedAt = 0;
  private prefetched: { after: bigint; page: Promise<EventPage> } | undefined;
  private failures = 0;
  private trouble: Error | undefined;
  private beatAt = Date.now();

  constructor(private readonly parts: RunnerParts) {}

  /** Everything handled up to here is applied, as far as this process knows; `undefined` before it knows anything. */
  get position(): bigint | undefined {
    return this.known && this.reached;
  }

  get types(): readonly string[] | undefined {
    return this.parts.definition.types;
  }

  get replaying(): boolean {
    const until = this.known?.replayUntil;
    return this.parts.mode.replays || (until !== undefined && this.reached < until);
  }

  /** The error of the infrastructure that it is waiting out. */
  get retrying(): Error | undefined {
    return this.trouble;
  }

  get heartbeatAgeMs(): number {
    return Date.now() - this.beatAt;
  }

  /** Tells the loop what is wanted of it now. */
  direct(directive: Directive): void {
    const before = this.directive;
    this.directive = directive;
    const same = before?.state === directive.state && before.generation === directive.generation;
    if (!same || directive.commands.length > 0) this.wake.abort();
  }

  /** Resolves when the mode ends the run, the lease is lost, or it was stopped. */
  async run(): Promise<void> {
    let generation = this.directive?.generation;
    while (!this.stopping) {
      this.beatAt = Date.now();
      if (this.wake.signal.aborted) this.wake = new AbortController();
      try {
        if (generation !== this.directive?.generation) this.forget();
        generation = this.directive?.generation;
        await this.obey();
        if (this.directive && this.directive.state !== 'running') await this.idle();
        else if (await this.turn()) return;
        this.failures = 0;
        this.trouble = undefined;
      } catch (error) {
        this.forget();
        if (error instanceof LeaseLost) return;
        if (error instanceof CheckpointMoved || this.calledOff.signal.aborted) continue;
        await this.backOff(error as Error);
      }
    }
  }

  /**
   * Ends the loop after the batch in flight.
   * @param graceMs after this long the batch is called off and rolled back
   */
  stop(graceMs: number): void {
    this.stopping = true;
    this.wake.abort();
    setTimeout(() => this.calledOff.abort(), graceMs).unref();
  }

  private forget(): void {
    this.stored = undefined;
    this.prefetched = undefined;
  }

  private idle(): Promise<void> {
    return this.parts.watcher.pause(IDLE_TURN_MS, this.wake.signal);
  }

  private async obey(): Promise<void> {
    const { commands } = this.parts;
    for (const command of this.directive?.commands ?? []) {
      if (this.stopping) return;
      const stored = (this.stored ??= await this.load());
      await commands.obey(command, {
        stored,
        calledOff: this.calledOff.signal,
        hold: (manager) => this.parts.cursor.advance(stored, stored, manager),
        move: (to, manager) => this.parts.cursor.advance(stored, to, manager),
      });
      // Whatever it did to checkpoint and queue, the next step begins with what is stored now.
      this.forget();
    }
  }

  private async turn(): Promise<boolean> {
    const { watcher, mode, cursor } = this.parts;
    this.stored ??= await this.load();
    if (mode.isOver?.(this.stored)) return true;
    if (this.reached >= watcher.head || mode.isNear?.(this.reached, watcher.head)) {
      await this.storeSkipped(mode.endsAtHead || this.stored.replayUntil !== undefined);
      if (await mode.atHead(this.stored, cursor)) return true;
      await watcher.beyond(this.reached, IDLE_TURN_MS, this.wake.signal);
      return false;
    }
    const page = await this.takePage();
    if (page.events.length > 0) {
      this.prefetch(page.through);
      await this.applyPage(page.events, page.through);
    } else {
      this.reached = page.through;
      await this.storeSkipped(false);
    }
    return false;
  }

  private async load(): Promise<Checkpoint> {
    const { cursor, definition, watcher, queue, halt } = this.parts;
    const checkpoint = await cursor.load(this.known);
    await queue.load();
    if (checkpoint.position > watcher.head && !this.known) {
      await halt(
        new CheckpointBeyondStoreError(definition.name, checkpoint.position, watcher.head),
        undefined,
      );
      this.pretendStopped();
    }
    this.stand(checkpoint);
    return checkpoint;
  }

  private stand(at: Checkpoint): void {
    this.stored = at;
    this.known = at;
    this.reached = at.position;
    this.storedAt = Date.now();
  }

  private async storeSkipped(now: boolean): Promise<void> {
    const from = this.stored!;
    const to = this.parts.mode.next(from, this.reached);
    const due = now || Date.now() - this.storedAt >= SKIP_INTERVAL_MS;
    if (!due || (to.position === from.position && to.replayUntil === from.replayUntil)) return;
    await this.parts.cursor.advance(from, to);
    this.stand(to);
  }

  private takePage(): Promise<EventPage> {
    const { prefetched } = this;
    this.prefetched = undefined;
    return prefetched?.after === this.reached ? prefetched.page : this.read(this.reached);
  }

  /** Reads on while the page is applied; if that fails, so will the turn that wants it, and not before. */
  private prefetch(after: bigint): void {
    const { watcher, budget } = this.parts;
    if (after >= watcher.head || !budget.idle) return;
    const page = this.read(after);
    page.catch(() => undefined);
    this.prefetched = { after, page };
  }

  private async read(after: bigint): Promise<EventPage> {
    const { feed, watcher, pageSize } = this.parts;
    const { limit, maxBytes } = pageSize;
    const page = await feed.readPage({ after, upTo: watcher.head, types: this.types, limit, maxBytes });
    pageSize.learn(page.events.length, page.bytes);
    return page;
  }

  /** Applies events, and meets failures so that good ones are kept and a bad one is dealt with as it should be. */
  private async applyPage(events: readonly RecordedEvent[], through: bigint): Promise<void> {
    try {
      await this.commit(events, through, 1);
    } catch (error) {
      if (error instanceof Unattributed) return this.applyHalf(events, through);
      if (!this.blames(error)) throw error;
      await this.applyAround(error, events, through);
    }
  }

  private async applyAround(
    failure: HandlerFailedError,
    events: readonly RecordedEvent[],
    through: bigint,
  ): Promise<void> {
    const at = events.indexOf(failure.event);
    const { globalPosition } = failure.event;
    if (at > 0) {
      await this.applyPage(events.slice(0, at), globalPosition - 1n);
      if (this.reached < globalPosition - 1n) return;
    }
    if (!(await this.settleFailure(failure))) return;
    this.keep(globalPosition, events.slice(at + 1), through);
  }

  /** Closes in on the event to blame. */
  private async applyHalf(events: readonly RecordedEvent[], through: bigint): Promise<void> {
    const half = Math.ceil(events.length / 2);
    const end = events[half - 1]!.globalPosition;
    await this.applyPage(events.slice(0, half), end);
    if (this.reached === end) this.keep(end, events.slice(half), through);
  }

  /** Has the next turn take events that are read already. */
  private keep(after: bigint, events: readonly RecordedEvent[], through: bigint): void {
    this.prefetched = { after, page: Promise.resolve({ events, through, bytes: 0 }) };
  }

  /** One transaction: the checkpoint, the handlers, and what is held back behind parked streams. */
  private async commit(events: readonly RecordedEvent[], through: bigint, attempt: number): Promise<void> {
    const { cursor, mode, transaction, queue, budget, definition, committed } = this.parts;
    const from = this.stored!;
    const to = mode.next(from, through);
    const { replaying } = this;
    const { apply, hold } = queue.part(events);
    const batch = {
      events: apply,
      replaying,
      attempt: attempt + this.failures,
      calledOff: this.calledOff.signal,
    };
    try {
      await budget.use(() =>
        transaction.apply(batch, {
          fence: (manager) => cursor.advance(from, to, manager),
          finish: (manager) => queue.hold(manager, hold),
        }),
      );
    } catch (error) {
      throw this.attribute(error, apply);
    }
    this.stand(to);
    committed({ projection: definition.name, position: to.position, events: apply, replaying });
  }

  /** Errors that no handler threw, or that only echo an earlier one, belong to the event when it is alone. */
  private attribute(error: unknown, events: readonly RecordedEvent[]): unknown {
    if (error instanceof CheckpointMoved || this.isTransient(error)) return error;
    const echo = error instanceof HandlerFailedError && isAborted(error.cause);
    if (error instanceof HandlerFailedError && !echo) return error;
    const [alone] = events;
    if (alone && events.length === 1)
      return new HandlerFailedError(this.parts.definition.name, 'commit', alone, error);
    return events.length > 1 ? new Unattributed() : error;
  }

  private blames(error: unknown): error is HandlerFailedError {
    return error instanceof HandlerFailedError && !this.calledOff.signal.aborted && !this.isTransient(error);
  }

  private isTransient(error: unknown): boolean {
    return isTransientError(error, this.parts.policy.isTransient);
  }

  /** Retries the event, and when that is in vain does what `onError` says; `false` when the loop must not go on. */
  private async settleFailure(first: HandlerFailedError): Promise<boolean> {
    const { policy, queue, halt, definition } = this.parts;
    const { event } = first;
    let failure = first;
    for (let attempt = 2; attempt <= policy.attempts; attempt++) {
      await this.parts.watcher.pause(backoffMs(policy.backoff, attempt - 1), this.wake.signal);
      if (this.stopping || this.directive?.state === 'paused') return false;
      try {
        await this.commit([event], event.globalPosition, attempt);
        return true;
      } catch (error) {
        if (!this.blames(error)) throw error;
        failure = error;
      }
    }
    if (policy.onError === 'stop') return this.halted(() => halt(failure, event));
    if (await queue.isFull()) {
      const error = new TooManyDeadLettersError(definition.name, policy.maxDeadLetters, failure);
      return this.halted(() => halt(error, event));
    }
    await this.setAside(failure);
    return true;
  }

  private async setAside(failure: HandlerFailedError): Promise<void> {
    const { cursor, mode, transaction, queue, policy, budget } = this.parts;
    const from = this.stored!;
    const to = mode.next(from, failure.event.globalPosition);
    const nothing = { events: [], replaying: this.replaying, attempt: 1, calledOff: this.calledOff.signal };
    await budget.use(() =>
      transaction.apply(nothing, {
        fence: (manager) => cursor.advance(from, to, manager),
        finish: (manager) => queue.add(manager, failure, policy.attempts),
      }),
    );
    this.stand(to);
    await queue.load();
    this.logger.warn(`Set aside (${policy.onError}): ${failure.message}`);
  }

  private async halted(store: () => Promise<void>): Promise<false> {
    await store();
    this.pretendStopped();
    return false;
  }

  /** Until the next look at the database says so. */
  private pretendStopped(): void {
    this.directive = { generation: 0, commands: [], ...this.directive, state: 'stopped' };
  }

  private async backOff(error: Error): Promise<void> {
    this.trouble = error;
    const wait = backoffMs(this.parts.policy.backoff, ++this.failures);
    this.logger.warn(
      `Projection "${this.parts.definition.name}" tries again in ${Math.round(wait)} ms (failure ${this.failures}): ` +
        error.message,
    );
    const until = Date.now() + wait;
    while (!this.stopping && Date.now() < until) {
      this.beatAt = Date.now();
      await this.parts.watcher.pause(Math.min(until - Date.now(), IDLE_TURN_MS), this.wake.signal);
      if (this.wake.signal.aborted) this.wake = new AbortController();
    }
  }
}
