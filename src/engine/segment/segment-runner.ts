import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { EventPage } from '../../events/event-source';
import { UnreadableEventError } from '../../events/unreadable-event.error';
import type { CommandRow } from '../../state/control-snapshot';
import type { DesiredState } from '../../state/projection-state';
import type { RetryingError } from '../failures/standstill.errors';
import type { FeedReader } from '../reading/event-feed';
import type { HeadWatcher } from '../reading/head-watcher';
import { IDLE_TURN_MS, LoopPulse } from './loop-pulse';
import type { PageRecovery } from './page-recovery';
import type { RunMode } from './run-mode';
import type { SegmentCommands } from './segment-commands';
import type { SegmentCursor } from './segment-cursor';
import { type SetbackParts, Setbacks } from './setbacks';

/** How often a segment that waits to be cut anew looks whether it was. */
const HALTED_TURN_MS = 100;

/** What is wanted of a segment, by the last look at the database. */
export interface Directive {
  readonly state: DesiredState;
  readonly generation: number;
  readonly commands: readonly CommandRow[];
}

export interface RunnerParts extends SetbackParts {
  readonly types: readonly string[] | undefined;
  readonly watcher: HeadWatcher;
  readonly mode: RunMode;
  readonly cursor: SegmentCursor;
  readonly recovery: PageRecovery;
  readonly commands: SegmentCommands;
}

/** One segment's loop: obey, apply a batch, wait for more. */
export class SegmentRunner implements FeedReader {
  private readonly pulse = new LoopPulse();
  private readonly setbacks: Setbacks;
  private directive: Directive | undefined;
  private over = false;

  constructor(private readonly parts: RunnerParts) {
    this.setbacks = new Setbacks(parts, this.pulse);
  }

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
    return this.setbacks.retrying;
  }

  get heartbeatAgeMs(): number {
    return this.pulse.ageMs;
  }

  /** Says that the loop gets on within what it does now. */
  beat(): void {
    this.pulse.beat();
  }

  /** Tells the loop what is wanted of it now. */
  direct(directive: Directive): void {
    const before = this.directive;
    this.directive = directive;
    const same = before?.state === directive.state && before.generation === directive.generation;
    if (!same || directive.commands.length > 0) this.pulse.wakeUp();
  }

  /** Waits, for all instances to see why, and says whether what failed may be tried again. */
  async mayRetryIn(ms: number, trouble: RetryingError): Promise<boolean> {
    this.setbacks.waitsOut(trouble);
    await this.pulse.rest(ms);
    // What woke it comes first; then the event is read and tried again.
    return !this.pulse.isWoken && !this.pulse.isEnding && this.directive?.state !== 'paused';
  }

  /** Has the loop rest until the next look at the database says the same. */
  halted(): void {
    this.directive = { generation: 0, commands: [], ...this.directive, state: 'stopped' };
  }

  /** Resolves when the mode ends the run, the lease is lost, or it was stopped. */
  async run(): Promise<void> {
    const { batches, mode } = this.parts;
    let generation = this.directive?.generation;
    while (!this.pulse.isEnding) {
      this.pulse.turn();
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
        if ((await this.setbacks.meet(error)) === 'over') return;
      }
    }
    await this.parts.pipeline.finish();
  }

  /** Ends the loop after the batch in flight. */
  stop(): void {
    this.pulse.end();
  }

  /** Has the batch in flight be rolled back. */
  callOff(): void {
    this.parts.batches.callOff();
  }

  private async rest(): Promise<void> {
    await this.parts.batches.forget();
    this.setbacks.wentWell();
    await this.pulse.rest(IDLE_TURN_MS);
  }

  private async obey(): Promise<void> {
    const { commands, batches } = this.parts;
    for (const command of this.directive?.commands ?? []) {
      if (this.pulse.isEnding) return;
      if (commands.hasDone(command)) continue;
      await batches.forget();
      const contextOf = async () => ({
        ...(await batches.commandContext()),
        progressed: () => this.beat(),
        ending: this.pulse.ended,
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
      this.setbacks.wentWell();
      return false;
    }
    this.setbacks.wentWell();
    if (batches.progress.isHalted) return this.halting();
    if (await mode.atHead(batches.progress.checkpoint!, cursor)) return true;
    await watcher.beyond(batches.progress.readingAt!, IDLE_TURN_MS, this.pulse.woken);
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
    await this.pulse.rest(HALTED_TURN_MS);
    await this.parts.batches.forget();
    return false;
  }
}
