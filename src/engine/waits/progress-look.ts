import type { AwaitedEvent, ProgressStore, ProjectionProgress } from '../../state/progress.store';
import { isOfAnotherStore } from '../failures/is-of-another-store';
import { asHere } from '../segment/live-stop';
import type { ManagedProjection } from '../segment/managed-projection';
import { isHandedOver, isReached, reachOf } from './reach';
import { endAtStandstill } from './standstill';
import type { Waiter } from './waiter';
import type { WaiterQueue } from './waiter-queue';
import { EventSetAsideError, ProjectionsNotRunningError } from './waiting.errors';
import { within } from './within';

/** A look that takes longer counts as failed. */
const LOOK_MS = 5_000;

export interface ProgressLookParts {
  readonly progress: ProgressStore;
  /** Whether the data source can be asked at all. */
  readonly isOpen: () => boolean;
  /** For how long nobody may run a projection that somebody has ordered something of. */
  readonly unownedMs: number;
}

/** One look at the database for all who wait: ends the waits for what shows in the rows, and for what never will. */
export class ProgressLook {
  /** Why the last look failed. */
  failure: unknown;

  constructor(private readonly parts: ProgressLookParts) {}

  /**
   * @param number of the look: whoever waits since an earlier one is served
   * @throws ProjectionsNotRunningError
   */
  async look(queues: readonly WaiterQueue[], number: number): Promise<void> {
    try {
      await this.serve(queues, number);
    } catch (error) {
      this.failure = error;
      // It is tried again until whoever waits gives up; only without a data source that is vain.
      if (!this.parts.isOpen()) throw new ProjectionsNotRunningError('stopped');
    }
  }

  private async serve(queues: readonly WaiterQueue[], number: number): Promise<void> {
    const [rows, head] = await this.read(queues.map(({ projection }) => projection));
    this.failure = undefined;
    const asked: Seen[] = [];
    const unsettled: Seen[] = [];
    for (const queue of queues) {
      const { projection } = queue;
      const stored = rows.find((one) => one.projection === projection.definition.name);
      const row = stored && asHere(projection, stored);
      const waiters = queue.all().filter(({ since }) => since < number);
      if (!row || waiters.length === 0) continue;
      queue.seen = row;
      const reach = await this.inThisStore(projection, row, reachOf(projection, row, head)).catch(
        // Its source does not answer: those who wait for projections of others go on.
        (error: unknown) => void (this.failure = error),
      );
      for (const waiter of waiters) {
        const { mustShow } = waiter.target;
        if (!isReached(waiter.target, row, reach))
          if (mustShow && isHandedOver(projection, row)) unsettled.push({ waiter, row });
          else this.endAtStandstill(waiter, row);
        else if (row.hasLetters && mustShow) asked.push({ waiter, row });
        else waiter.succeed();
      }
    }
    if (unsettled.length > 0) await this.askForAppends(unsettled);
    if (asked.length > 0) await this.askForLetters(asked);
  }

  /** What is stored of the projections, and the settled head where one of them is inline. */
  private read(projections: readonly ManagedProjection[]): Promise<[ProjectionProgress[], bigint]> {
    const inline = projections.find(({ kind }) => kind.joinsAppends);
    return within(LOOK_MS, async () => {
      // The head first: what is settled before an inline projection is seen handed over is applied by then.
      const { settled } = inline ? await inline.reader.source.head() : { settled: 0n };
      const names = projections.map(({ definition }) => definition.name);
      return [await this.parts.progress.progressOf(names), settled];
    });
  }

  /** `undefined` where the position is one of another life of the store, and so says nothing about this one. */
  private async inThisStore(
    { kind, reader }: ManagedProjection,
    { state, failure }: ProjectionProgress,
    reach: bigint | undefined,
  ): Promise<bigint | undefined> {
    const { watcher } = reader;
    if (!kind.keepsCheckpoint) return reach;
    if (state === 'stopped' && isOfAnotherStore(failure)) return undefined;
    if (reach === undefined || reach <= watcher.last) return reach;
    await within(LOOK_MS, () => watcher.refresh());
    return reach <= watcher.last ? reach : undefined;
  }

  /** What an append has applied itself shows once it is committed, whatever other appends are open. */
  private async askForAppends(asked: readonly Seen[]): Promise<void> {
    const applied = await within(LOOK_MS, () => this.parts.progress.appliedByAppends(asked.map(awaitedOf)));
    asked.forEach(({ waiter, row }, index) => {
      if (applied.has(index)) waiter.succeed();
      else this.endAtStandstill(waiter, row);
    });
  }

  /** Ends the waits of those whose events are not set aside, well, and of the others, with what became of the event. */
  private async askForLetters(asked: readonly Seen[]): Promise<void> {
    const outcomes = await within(LOOK_MS, () => this.parts.progress.outcomesOf(asked.map(awaitedOf)));
    for (const { index, generation, letter } of outcomes) {
      const { waiter, row } = asked[index]!;
      // Sent back between the two looks: the first one does not count any more.
      if (generation !== row.generation) continue;
      if (letter) waiter.fail(new EventSetAsideError(waiter.projection.definition.name, letter));
      else waiter.succeed();
    }
  }

  private endAtStandstill(waiter: Waiter, row: ProjectionProgress): void {
    endAtStandstill(waiter, row, this.parts.unownedMs);
  }
}

/** Somebody who waits, and the projection as this look has seen it. */
interface Seen {
  readonly waiter: Waiter;
  readonly row: ProjectionProgress;
}

function awaitedOf({ waiter }: Seen): AwaitedEvent {
  const { position, events } = waiter.target;
  return {
    projection: waiter.projection.definition.name,
    position,
    streamId: events?.streamId,
    first: events?.first ?? position,
  };
}
