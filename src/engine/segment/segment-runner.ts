import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { EventPage } from '../../events/event-source';
import { UnreadableEventError } from '../../events/unreadable-event.error';
import type { CommandRow, DesiredState } from '../../state/control.store';
import { backoffMs } from '../failures/backoff';
import { RetryingError, UnexpectedFailureError } from '../failures/standstill.errors';
import type { FeedReader } from '../reading/event-feed';
import type { FailurePolicy } from '../failures/failure-policy';
import { describeError } from '../failures/describe-error';
import { failureOf } from '../failures/failure';
import type { HeadWatcher } from '../reading/head-watcher';
import type { PageRecovery } from './page-recovery';
import type { RunMode } from './run-mode';
import type { SegmentBatches } from './segment-batches';
import type { SegmentCommands } from './segment-commands';
import { LeaseLost, OrderLeft } from '../failures/lost-claims';
import type { SegmentCursor } from './segment-cursor';
import type { TroubleReporter } from '../failures/trouble-reporter';

/** A loop with nothing to do turns this often, so that its heartbeat tells a quiet one from a hung one. */
const IDLE_TURN_MS = 1_000;
/** How often a segment that waits to be cut anew looks whether it was. */
const HALTED_TURN_MS = 100;
/** So often in a row a batch may find that its rows were written by somebody else. */
const MOST_FOREIGN_WRITES = 5;
/** So often in a row it tries again after what nobody knows to pass by itself. */
const MOST_UNEXPECTED = 9;

/** What is wanted of a segment, by the last look at the database. */
export interface Directive {
  readonly state: DesiredState;
  readonly generation: number;
  readonly commands: readonly CommandRow[];
}

export interface RunnerParts {
  readonly projection: string;
  readonly types: readonly string[] | undefined;
  readonly watcher: HeadWatcher;
  readonly policy: FailurePolicy;
  readonly mode: RunMode;
  readonly cursor: SegmentCursor;
  readonly batches: SegmentBatches;
  readonly recovery: PageRecovery;
  readonly commands: SegmentCommands;
  /** Lets other instances know what it waits out. */
  readonly reporter: TroubleReporter;
  /** Stores, for all instances to see, that the projection is stopped and why. */
  readonly halt: (error: Error, before?: bigint) => Promise<void>;
}

/** One segment's loop: obey, apply a batch, wait for more. */
export class SegmentRunner implements FeedReader {
  private readonly logger = new Logger('Projection');
  private readonly ending = new AbortController();
  private wake = new AbortController();
  private directive: Directive | undefined;
  private failures = 0;
  private foreignWrites = 0;
  private unexpected = 0;
  private trouble: RetryingError | undefined;
  private beatAt = performance.now();
  private over = false;

  constructor(private readonly parts: RunnerParts) {}

  /** Everything handled up to here is applied, as far as this process knows; `undefined` before it knows anything. */
  get position(): bigint | undefined {
    return this.parts.batches.progress.position;
  }

  /** The position that the database has, as far as this loop knows. */
  get storedPosition(): bigint | undefined {
    return this.parts.batches.progress.storedPosition;
  }

  get readingAt(): bigint | undefined {
    return this.parts.batches.progress.readingAt;
  }

  /** Whether the mode ended the run. */
  get isOver(): boolean {
    return this.over;
  }

  get types(): readonly string[] | undefined {
    return this.parts.types;
  }

  get replaying(): boolean {
    return this.parts.batches.progress.replaying;
  }

  /** What failed and it waits to try again. */
  get retrying(): RetryingError | undefined {
    return this.trouble;
  }

  get heartbeatAgeMs(): number {
    return performance.now() - this.beatAt;
  }

  /** Says that the loop gets on within what it does now. */
  beat(): void {
    this.beatAt = performance.now();
  }

  /** Tells the loop what is wanted of it now. */
  direct(directive: Directive): void {
    const before = this.directive;
    this.directive = directive;
    const same = before?.state === directive.state && before.generation === directive.generation;
    if (!same || directive.commands.length > 0) this.wake.abort();
  }

  /** Waits, for all instances to see why, and says whether what failed may be tried again. */
  async mayRetryIn(ms: number, trouble: RetryingError): Promise<boolean> {
    this.waitsOut(trouble);
    const until = performance.now() + ms;
    while (!this.wake.signal.aborted && performance.now() < until) {
      this.beat();
      await this.parts.watcher.pause(Math.min(until - performance.now(), IDLE_TURN_MS), this.wake.signal);
    }
    // What woke it comes first; then the event is read and tried again.
    return !this.wake.signal.aborted && !this.stopping && this.directive?.state !== 'paused';
  }

  /** Has the loop rest until the next look at the database says the same. */
  halted(): void {
    this.directive = { generation: 0, commands: [], ...this.directive, state: 'stopped' };
  }

  /** Resolves when the mode ends the run, the lease is lost, or it was stopped. */
  async run(): Promise<void> {
    const { batches, mode } = this.parts;
    let generation = this.directive?.generation;
    while (!this.stopping) {
      this.beatAt = performance.now();
      if (this.wake.signal.aborted) this.wake = new AbortController();
      try {
        if (generation !== this.directive?.generation) await batches.forget();
        generation = this.directive?.generation;
        await this.obey();
        if (mode.onlyCommands) {
          this.over = true;
          return;
        }
        if (this.directive && this.directive.state !== 'running') await this.rest();
        else if (await this.turn()) {
          this.over = true;
          return;
        }
      } catch (error) {
        await batches.forget();
        if ((await this.meetSafely(error)) === 'over') return;
      }
    }
    await batches.finish();
  }

  private get stopping(): boolean {
    return this.ending.signal.aborted;
  }

  /** Ends the loop after the batch in flight. */
  stop(): void {
    this.ending.abort(new OrderLeft());
    this.wake.abort();
  }

  /** Has the batch in flight be rolled back. */
  callOff(): void {
    this.parts.batches.callOff();
  }

  private async rest(): Promise<void> {
    await this.parts.batches.forget();
    this.wentWell();
    await this.parts.watcher.pause(IDLE_TURN_MS, this.wake.signal);
  }

  private async obey(): Promise<void> {
    const { commands, batches } = this.parts;
    for (const command of this.directive?.commands ?? []) {
      if (this.stopping) return;
      if (commands.hasDone(command)) continue;
      await batches.forget();
      const contextOf = async () => ({
        ...(await batches.commandContext()),
        progressed: () => this.beat(),
        ending: this.ending.signal,
      });
      await commands.obey(command, contextOf, this.parts.cursor.epoch, batches.signal);
      // Whatever it did to checkpoint and queue, the next step begins with what is stored now.
      await batches.forget();
    }
  }

  /** @returns whether the run is over */
  private async turn(): Promise<boolean> {
    const { batches, recovery, watcher, mode, cursor } = this.parts;
    const page = await this.nextPage();
    if (page === 'unreadable') return false;
    if (page) {
      // On its way back to the batch that failed it may pass what is for others: that is no success.
      if (page.events.length === 0) return false;
      await recovery.apply(page);
      this.wentWell();
      return false;
    }
    this.wentWell();
    if (batches.progress.isHalted) return this.halting();
    if (await mode.atHead(batches.progress.checkpoint!, cursor)) return true;
    await watcher.beyond(batches.progress.readingAt!, IDLE_TURN_MS, this.wake.signal);
    // Whoever waits for nothing, as once the watcher has stopped, must let timers and signals have their turn.
    if (watcher.head <= batches.progress.readingAt!) await yieldToOthers();
    return false;
  }

  /** Before an event that nobody can read it stops at once: no try reads it, and a dead letter could not be read either. */
  private async nextPage(): Promise<EventPage | undefined | 'unreadable'> {
    const { batches, halt } = this.parts;
    try {
      return await batches.nextPage();
    } catch (error) {
      const position = error instanceof UnreadableEventError ? error.globalPosition : undefined;
      if (position === undefined || batches.signal.aborted) throw error;
      await halt(error as Error, position);
      return 'unreadable';
    }
  }

  /** What becomes of the segment is found in the database. */
  private async halting(): Promise<false> {
    await this.parts.watcher.pause(HALTED_TURN_MS, this.wake.signal);
    await this.parts.batches.forget();
    return false;
  }

  private wentWell(): void {
    this.failures = 0;
    this.foreignWrites = 0;
    this.unexpected = 0;
    this.trouble = undefined;
    this.parts.reporter.clear();
    this.parts.batches.triedBefore = 0;
  }

  /** What cannot be stored now is tried again with all that led to it. */
  private async meetSafely(error: unknown): Promise<'over' | 'again'> {
    try {
      return await this.meet(error);
    } catch (another) {
      if (another instanceof LeaseLost) return 'over';
      this.logger.error(`What failed could not be stored: ${describeError(error)}`);
      await this.backOff(another);
      return 'again';
    }
  }

  private async meet(error: unknown): Promise<'over' | 'again'> {
    const { projection, batches, policy, halt } = this.parts;
    const calledOff = batches.signal.aborted;
    const failure = failureOf(error, { projection, isTransient: policy.isTransient, calledOff });
    switch (failure.kind) {
      case 'lost':
        return 'over';
      case 'called-off':
      case 'moved':
      case 'ahead':
        return 'again';
      case 'event':
        await halt(failure.error, failure.error.event.globalPosition);
        return 'again';
      case 'final':
        await halt(failure.error);
        return 'again';
      case 'foreign-write':
        if (++this.foreignWrites > MOST_FOREIGN_WRITES) await halt(failure.error);
        else
          this.logger.warn(
            `${failure.error.message} The batch is applied again to the rows as they are now.`,
          );
        return 'again';
      case 'transient':
      case 'timed-out':
        await this.backOff(failure.error);
        return 'again';
      case 'unattributed':
        if (++this.unexpected > MOST_UNEXPECTED)
          await halt(
            new UnexpectedFailureError(projection, batches.progress.position, this.unexpected, failure.error),
          );
        else await this.backOff(failure.error);
        return 'again';
    }
  }

  private waitsOut(trouble: RetryingError): void {
    this.trouble = trouble;
    this.parts.reporter.report(trouble);
  }

  private async backOff(error: unknown): Promise<void> {
    const { projection, policy, batches } = this.parts;
    const trouble = new RetryingError(projection, batches.progress.position, error);
    this.waitsOut(trouble);
    const wait = backoffMs(policy.backoff, ++this.failures);
    batches.triedBefore = this.failures;
    this.logger.warn(`${trouble.message} Failure ${this.failures}, next try in ${Math.round(wait)} ms.`);
    const until = performance.now() + wait;
    while (!this.stopping && performance.now() < until) {
      this.beat();
      await this.parts.watcher.pause(Math.min(until - performance.now(), IDLE_TURN_MS), this.wake.signal);
      if (this.wake.signal.aborted) this.wake = new AbortController();
    }
  }
}
