import type { CommittedBatch } from '../applying/committed-batch';
import type { ManagedProjection } from '../segment/managed-projection';
import { allShow } from './all-show';
import { LocalReach } from './local-reach';
import { LookRhythm } from './look-rhythm';
import { ProgressLook, type ProgressLookParts } from './progress-look';
import { type Lookout, TimedWaiter } from './timed-waiter';
import { timeoutOf } from './wait-timeout';
import type { Waiter, WaitLimits, WaitTarget } from './waiter';
import { WaiterQueue } from './waiter-queue';

export interface ProgressWaitsParts extends ProgressLookParts {
  /** Into how many segments a projection is cut, by the last look at the database. */
  readonly segmentsOf: (projection: string) => number;
}

/**
 * All who wait for projections in this process. They share one look at the database, whatever their number. A commit in
 * this process serves those who wait for its events without a look, for its fence has just shown that the rows stand.
 */
export class ProgressWaits {
  private readonly queues = new Map<ManagedProjection, WaiterQueue>();
  private readonly here: LocalReach;
  private readonly progress: ProgressLook;
  private readonly rhythm: LookRhythm;
  private readonly lookout: Lookout;
  private due = false;

  constructor(parts: ProgressWaitsParts) {
    this.here = new LocalReach(parts.segmentsOf);
    this.progress = new ProgressLook(parts);
    this.rhythm = new LookRhythm({
      look: (number) => this.progress.look([...this.queues.values()], number),
      isNeeded: () => this.queues.size > 0,
      isLocal: () => [...this.queues.keys()].every((projection) => this.here.of(projection) !== undefined),
      failed: (error) => this.failAll(error),
    });
    this.lookout = {
      rhythm: this.rhythm,
      timeout: (waiter, timeoutMs) => {
        const row = this.queues.get(waiter.projection)?.seen;
        return timeoutOf(waiter, timeoutMs, { row, failure: this.progress.failure });
      },
      left: (waiter) => this.remove(waiter),
    };
  }

  /**
   * Resolves when the rows show what is waited for, and after no look that began before the call.
   * @throws WaitTimeoutError, EventSetAsideError, ProjectionStoppedError; the reason of the signal
   */
  async wait(projection: ManagedProjection, target: WaitTarget, limits: WaitLimits): Promise<void> {
    limits.signal?.throwIfAborted();
    const waiter = new TimedWaiter(projection, target, limits, this.lookout);
    this.add(waiter);
    await waiter.ended;
  }

  /** To be called with each batch that a loop here has committed. */
  committed(projection: ManagedProjection, { events }: CommittedBatch): void {
    const queue = this.queues.get(projection);
    // With several segments the others may be behind.
    if (!queue || !this.here.isOneLoop(projection)) return;
    for (const { globalPosition } of events)
      for (const waiter of queue.at(globalPosition)) if (allShow(waiter.target, events)) waiter.succeed();
  }

  /** To be called whenever a loop here has got on, or has stopped. */
  moved(projection: ManagedProjection): void {
    if (this.due || !this.isDue(projection)) return;
    this.due = true;
    // After `committed`, which may leave nothing to look for.
    queueMicrotask(() => {
      this.due = false;
      if (this.isDue(projection)) this.look();
    });
  }

  /** Looks now rather than in a while. */
  look(): void {
    this.rhythm.look();
  }

  private add(waiter: Waiter): void {
    const { projection, target } = waiter;
    let queue = this.queues.get(projection);
    if (!queue) this.queues.set(projection, (queue = new WaiterQueue(projection)));
    queue.add(waiter);
    const here = this.here.of(projection);
    // Loops here that are behind say when they are there.
    if (here !== undefined && here < target.position) this.rhythm.schedule();
    else this.rhythm.hasten();
  }

  private remove(waiter: Waiter): void {
    const queue = this.queues.get(waiter.projection);
    queue?.remove(waiter);
    if (!queue?.isEmpty) return;
    this.queues.delete(waiter.projection);
    if (this.queues.size === 0) this.rhythm.rest();
  }

  private isDue(projection: ManagedProjection): boolean {
    const lowest = this.queues.get(projection)?.lowest;
    if (lowest === undefined) return false;
    const here = this.here.of(projection);
    return here === undefined || here >= lowest;
  }

  private failAll(error: unknown): void {
    for (const queue of this.queues.values()) for (const waiter of queue.all()) waiter.fail(error);
  }
}
