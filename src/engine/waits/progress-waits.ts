import { AsyncLocalStorage } from 'node:async_hooks';
import type { AwaitedEvent, ProgressStore, ProjectionProgress } from '../../state/progress.store';
import type { CommittedBatch } from '../applying/committed-batch';
import { NoOwnerError, WaitTimeoutError } from '../failures/operation.errors';
import { ProjectionStoppedError } from '../failures/standstill.errors';
import { isOfAnotherStore } from '../failures/is-of-another-store';
import { asHere } from '../segment/live-stop';
import type { ManagedProjection } from '../segment/managed-projection';
import { isHandedOver, reachHere, reachOf } from './reach';
import { within } from './within';
import { allShow } from './all-show';
import type { Waiter, WaitTarget } from './waiter';
import { WaiterQueue } from './waiter-queue';
import {
  EventSetAsideError,
  ProjectionPausedError,
  ProjectionsNotRunningError,
  WaitsForItselfError,
} from './waiting.errors';

/** Between looks for what other instances commit: soon after something was found, and then less often. */
const REMOTE_MS = { min: 2, max: 20 };
/** Between looks where all loops run here, for their commits bring about looks of their own. */
const LOCAL_MS = 250;
/** A look that takes longer counts as failed. */
const LOOK_MS = 5_000;
/** How much longer a wait lasts that nobody has looked for yet. */
const GRACE_MS = 1_000;
const OPEN = 'an append that is open may still write below that position';
/** Timers cannot wait longer. */
const LONGEST_MS = 2 ** 31 - 1;

export interface ProgressWaitsParts {
  readonly progress: ProgressStore;
  /** Into how many segments a projection is cut, by the last look at the database. */
  readonly segmentsOf: (projection: string) => number;
  /** Whether the data source can be asked at all. */
  readonly isOpen: () => boolean;
  /** For how long nobody may run a projection that somebody has ordered something of. */
  readonly unownedMs: number;
}

export interface WaitLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * All who wait for projections in this process. They share one look at the database, whatever their number. A commit in
 * this process serves those who wait for its events without a look, for its fence has just shown that the rows stand.
 */
export class ProgressWaits {
  private readonly queues = new Map<ManagedProjection, WaiterQueue>();
  private readonly seen = new Map<ManagedProjection, ProjectionProgress>();
  /** Looks must not end up in the transaction of a caller that keeps it in its async context. */
  private readonly outside = AsyncLocalStorage.snapshot();
  /** Why the last look failed. */
  private failure: unknown;
  private looks = 0;
  private looking = false;
  private again = false;
  private due = false;
  private pace = REMOTE_MS.min;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: ProgressWaitsParts) {}

  /**
   * Resolves when the rows show what is waited for, and after no look that began before the call.
   * @throws WaitTimeoutError, EventSetAsideError, ProjectionStoppedError; the reason of the signal
   */
  wait(projection: ManagedProjection, target: WaitTarget, limits: WaitLimits): Promise<void> {
    const { signal, timeoutMs } = limits;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const abort = () => waiter.fail(signal!.reason);
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.remove(projection, waiter);
      };
      const waiter: Waiter = {
        target,
        since: this.looks,
        expired: false,
        unownedSince: undefined,
        expire: () => {
          if (waiter.expired || this.hasLookedFor(waiter))
            return waiter.fail(this.timeout(projection, target, timeoutMs));
          waiter.expired = true;
          timer = setTimeout(() => waiter.expire(), GRACE_MS);
          this.look();
        },
        succeed: () => {
          leave();
          resolve();
        },
        fail: (error: Error) => {
          leave();
          reject(error);
        },
      };
      let timer = timeoutMs > LONGEST_MS ? undefined : setTimeout(() => waiter.expire(), timeoutMs);
      signal?.addEventListener('abort', abort);
      this.add(projection, waiter);
    });
  }

  /** To be called with each batch that a loop here has committed. */
  committed(projection: ManagedProjection, { events }: CommittedBatch): void {
    const queue = this.queues.get(projection);
    // With several segments the others may be behind.
    if (!queue || !this.isWhole(projection)) return;
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
    if (this.queues.size === 0) return;
    this.again = this.looking;
    if (this.looking) return;
    clearTimeout(this.timer);
    this.looking = true;
    this.outside(() => this.lookUntilQuiet()).catch((error: unknown) => this.failAll(error));
  }

  private add(projection: ManagedProjection, waiter: Waiter): void {
    let queue = this.queues.get(projection);
    if (!queue) this.queues.set(projection, (queue = new WaiterQueue()));
    queue.add(waiter);
    const here = this.reachOfWhole(projection);
    // Loops here that are behind say when they are there.
    if (here !== undefined && here < waiter.target.position) return this.schedule();
    this.pace = REMOTE_MS.min;
    this.look();
  }

  private remove(projection: ManagedProjection, waiter: Waiter): void {
    const queue = this.queues.get(projection);
    queue?.remove(waiter);
    if (!queue?.isEmpty) return;
    this.queues.delete(projection);
    this.seen.delete(projection);
    if (this.queues.size === 0) clearTimeout(this.timer);
  }

  private isDue(projection: ManagedProjection): boolean {
    const lowest = this.queues.get(projection)?.lowest;
    if (lowest === undefined) return false;
    const here = this.reachOfWhole(projection);
    return here === undefined || here >= lowest;
  }

  /** Whether this process runs the projection as one loop. */
  private isWhole({ kind, definition, runners }: ManagedProjection): boolean {
    const isOne = !kind.keepsCheckpoint || this.parts.segmentsOf(definition.name) === 1;
    return runners.length === 1 && isOne;
  }

  /** How far the projection is, if all of it runs here; `undefined` else. */
  private reachOfWhole(projection: ManagedProjection): bigint | undefined {
    const { kind, definition } = projection;
    if (kind.joinsAppends) return undefined;
    const all = kind.keepsCheckpoint ? this.parts.segmentsOf(definition.name) : 1;
    return projection.runners.length === all ? reachHere(projection) : undefined;
  }

  private hasLookedFor({ since }: Waiter): boolean {
    return this.looks > since && !this.looking;
  }

  private schedule(): void {
    if (this.looking || this.queues.size === 0) return;
    const local = [...this.queues.keys()].every((projection) => this.reachOfWhole(projection) !== undefined);
    clearTimeout(this.timer);
    this.timer = this.outside(() => setTimeout(() => this.look(), local ? LOCAL_MS : this.pace));
    this.pace = Math.min(this.pace * 1.5, REMOTE_MS.max);
  }

  private async lookUntilQuiet(): Promise<void> {
    try {
      do {
        this.again = false;
        await this.lookOnce().catch((error: unknown) => {
          this.failure = error;
          // It is tried again until whoever waits gives up; only without a data source that is vain.
          if (!this.parts.isOpen()) throw new ProjectionsNotRunningError('stopped');
        });
      } while (this.again && this.queues.size > 0);
    } finally {
      this.looking = false;
    }
    this.schedule();
  }

  private async lookOnce(): Promise<void> {
    const number = ++this.looks;
    const { progress } = this.parts;
    const projections = [...this.queues.keys()];
    const inline = projections.find(({ kind }) => kind.joinsAppends);
    const [rows, head] = await within(LOOK_MS, async () => {
      // The head first: what is settled before an inline projection is seen handed over is applied by then.
      const { settled } = inline ? await inline.reader.source.head() : { settled: 0n };
      return [
        await progress.progressOf(projections.map(({ definition }) => definition.name)),
        settled,
      ] as const;
    });
    this.failure = undefined;
    const asked: Asked[] = [];
    const unsettled: Asked[] = [];
    for (const projection of projections) {
      const stored = rows.find((one) => one.projection === projection.definition.name);
      const row = stored && asHere(projection, stored);
      const waiters =
        this.queues
          .get(projection)
          ?.all()
          .filter(({ since }) => since < number) ?? [];
      if (!row || waiters.length === 0) continue;
      this.seen.set(projection, row);
      const reach = await this.inThisStore(projection, row, reachOf(projection, row, head)).catch(
        // Its source does not answer: those who wait for projections of others go on.
        (error: unknown) => void (this.failure = error),
      );
      for (const waiter of waiters) {
        const { mustShow } = waiter.target;
        if (!isReached(waiter.target, row, reach))
          if (mustShow && isHandedOver(projection, row)) unsettled.push({ projection, waiter, row });
          else this.failVain(projection, waiter, row);
        else if (row.hasLetters && mustShow) asked.push({ projection, waiter, row });
        else waiter.succeed();
      }
    }
    if (unsettled.length > 0) await this.askForAppends(unsettled);
    if (asked.length > 0) await this.askForLetters(asked);
  }

  /** What an append has applied itself shows once it is committed, whatever other appends are open. */
  private async askForAppends(asked: readonly Asked[]): Promise<void> {
    const applied = await within(LOOK_MS, () => this.parts.progress.appliedByAppends(asked.map(awaitedOf)));
    asked.forEach(({ projection, waiter, row }, index) => {
      if (applied.has(index)) waiter.succeed();
      else this.failVain(projection, waiter, row);
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

  /** Ends the waits of those whose events are not set aside, well, and of the others, with what became of the event. */
  private async askForLetters(asked: readonly Asked[]): Promise<void> {
    const outcomes = await within(LOOK_MS, () => this.parts.progress.outcomesOf(asked.map(awaitedOf)));
    for (const { index, generation, letter } of outcomes) {
      const { projection, waiter, row } = asked[index]!;
      // Sent back between the two looks: the first one does not count any more.
      if (generation !== row.generation) continue;
      if (letter) waiter.fail(new EventSetAsideError(projection.definition.name, letter));
      else waiter.succeed();
    }
  }

  private failVain(projection: ManagedProjection, waiter: Waiter, row: ProjectionProgress): void {
    const { kind, definition } = projection;
    const { name } = definition;
    const { operation, inside, position } = waiter.target;
    if (inside && !inside.isOver && (inside.standsAt() ?? position) < position)
      return waiter.fail(new WaitsForItselfError(name, operation ?? 'be waited for'));
    if (row.state === 'stopped')
      return waiter.fail(
        new ProjectionStoppedError(name, row.failure?.message ?? 'The projection is stopped.'),
      );
    if (waiter.expired) return waiter.expire();
    if (operation === undefined) return;
    if (row.state === 'paused') return waiter.fail(new ProjectionPausedError(name, operation));
    const unowned =
      kind.keepsCheckpoint && !row.byAppends && row.segments.some(({ owner }) => owner === null);
    waiter.unownedSince = unowned ? (waiter.unownedSince ?? performance.now()) : undefined;
    if (unowned && performance.now() - waiter.unownedSince! > this.parts.unownedMs)
      waiter.fail(new NoOwnerError(name, operation, this.parts.unownedMs));
  }

  private timeout(
    projection: ManagedProjection,
    { position }: WaitTarget,
    timeoutMs: number,
  ): WaitTimeoutError {
    const { name } = projection.definition;
    const row = this.seen.get(projection);
    const { head, last } = projection.reader.watcher;
    const reached = row ? reachOf(projection, row, head) : reachHere(projection);
    const isBehindOpen = head < position && position <= last;
    const state = this.failure
      ? `the database could not be asked for it: ${(this.failure as Error).message}`
      : stateIn(projection, row) +
        (isBehindOpen ? `, but the store is settled up to ${head} only: ${OPEN}` : '');
    return new WaitTimeoutError(name, position, reached, timeoutMs, state);
  }

  private failAll(error: unknown): void {
    for (const queue of this.queues.values()) for (const waiter of queue.all()) waiter.fail(error);
  }
}

interface Asked {
  readonly projection: ManagedProjection;
  readonly waiter: Waiter;
  readonly row: ProjectionProgress;
}

function awaitedOf({ projection, waiter }: Asked): AwaitedEvent {
  const { position, events } = waiter.target;
  return {
    projection: projection.definition.name,
    position,
    streamId: events?.streamId,
    first: events?.first ?? position,
  };
}

function isReached(target: WaitTarget, row: ProjectionProgress, reach: bigint | undefined): boolean {
  if (reach === undefined || reach < target.position) return false;
  if (!target.replayed || row.byAppends) return true;
  // A replay of an inline projection ends with the hand-over, which events that are set aside forbid.
  return row.segments.every(({ replaying, inHistory }) => !(row.hasLetters ? inHistory : replaying));
}

/** What keeps a projection from getting on, for whoever has waited in vain. */
function stateIn(projection: ManagedProjection, row: ProjectionProgress | undefined): string {
  const { kind, definition } = projection;
  const { version } = definition;
  if (!row) return 'nothing is known of it yet';
  if (row.state !== 'running') return `it is ${row.state}`;
  const trouble = row.segments.find((segment) => segment.trouble)?.trouble;
  if (trouble) return `it is retrying: ${trouble.message}`;
  if (!kind.keepsCheckpoint || isHandedOver(projection, row)) return 'it is running';
  const unowned = row.segments.some(({ owner }) => owner === null);
  if (unowned && kind.waitsToBeAsked) return 'nobody has asked it to run: call catchUp';
  if (row.version > version && unowned)
    return `it is outdated: this code has version ${version}, and version ${row.version} has run`;
  return unowned ? 'no instance runs it (unowned)' : 'it is running';
}
