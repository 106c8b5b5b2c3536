import { Logger } from '@nestjs/common';
import type { EventSource, FewEvents, Head } from '../../events/event-source';
import { ProjectionError } from '../../events/projection.error';
import {
  MissingIdentityError,
  SequenceBehindError,
  StoreNotReadableError,
} from '../../events/store-state.errors';
import { outsideContext } from '../../async/outside-context';
import { until } from '../../async/until';

export interface PollInterval {
  /** Milliseconds to the next look right after something happened. */
  readonly min: number;
  /** Milliseconds between looks when nothing has happened for long. */
  readonly max: number;
}

export interface HeadReport {
  readonly settled: bigint;
  /** Why no look succeeds, so that nothing moves. */
  readonly problem: ProjectionError | undefined;
}

/** Whoever reads at the head, and is glad of events that come with a look at it. */
export interface HeadReaders {
  /** Whether there are any: else nobody waits for what comes. */
  areHere(): boolean;
  /** What to bring along, where anybody reads at `head`. */
  wantAt(head: bigint): FewEvents | undefined;
  bring(head: Head): void;
}

const PENDING_LOOK_MS = 10;

/** While drawn positions are unsettled the head can move without an append, and so without a hint. */
const PENDING_MAX_MS = 100;

/** Whether appends fail, too, until somebody has mended the table: then an application need not start. */
const isOfTable = (error: Error): boolean =>
  error instanceof SequenceBehindError || error instanceof MissingIdentityError;

/**
 * Keeps the settled head for all projections of the process. A hint makes it look at once; without one it polls,
 * often after activity and seldom when idle.
 */
export class HeadWatcher {
  private readonly logger = new Logger(HeadWatcher.name);
  private readonly waiting = new Set<() => void>();
  private settled = 0n;
  private known: Head | undefined;
  private trouble: Error | undefined;
  private wait: number;
  private timer: NodeJS.Timeout | undefined;
  private looking = false;
  private hinted = false;
  private stopped = true;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly source: EventSource,
    private readonly poll: PollInterval,
    /** What it says of itself in the log, where it is not the module's own store. */
    private readonly name: string | undefined,
    private readonly readers: HeadReaders,
  ) {
    this.wait = poll.min;
  }

  get head(): bigint {
    return this.settled;
  }

  /**
   * The head, for whoever takes it for all there is.
   * @throws the error of the last look, where it failed
   */
  readable(): bigint {
    if (this.trouble) throw this.trouble;
    return this.settled;
  }

  /**
   * Waits until all that is drawn by now is settled.
   * @returns `false` when an append stays open for longer
   */
  async settles(timeoutMs: number): Promise<boolean> {
    // What cannot be read now is as it was.
    await this.refresh().catch(() => undefined);
    const drawn = this.last;
    const isSettled = async () => this.settled >= drawn || (await this.refresh()) >= drawn;
    return until(isSettled, PENDING_LOOK_MS, timeoutMs);
  }

  /** The largest position drawn as of the last look. */
  get last(): bigint {
    return this.known?.last ?? 0n;
  }

  /** Which life of the store the head belongs to. */
  get incarnation(): string | undefined {
    return this.known?.incarnation;
  }

  /** Which numbering the positions of the store belong to. */
  get numbering(): number | undefined {
    return this.known?.numbering;
  }

  /** Seconds for which the head has waited for an append that is still open, as far as this process has seen; else 0. */
  get pendingSeconds(): number {
    const since = this.known?.pendingSince;
    return since ? Math.max(Date.now() - since.getTime(), 0) / 1000 : 0;
  }

  async start(): Promise<void> {
    this.stopped = false;
    this.unsubscribe = this.source.onHint(() => {
      if (!this.readers.areHere()) return;
      this.wait = this.poll.min;
      this.look();
    });
    await this.refresh().catch((error: unknown) => {
      // It passes, or an administrator sees to it; until then nothing is read.
      if (!(error instanceof StoreNotReadableError) || isOfTable(error)) throw error;
      this.failed(error);
    });
    this.schedule();
  }

  /** The head as it is now, for whoever meets what another instance has seen already. */
  async refresh(): Promise<bigint> {
    this.advance(await this.source.head());
    return this.settled;
  }

  /** As `refresh`, for whoever tells people: where the store cannot be read, what is known of it and why. */
  async report(): Promise<HeadReport> {
    try {
      await this.refresh();
      return { settled: this.settled, problem: undefined };
    } catch (error) {
      if (!(error instanceof ProjectionError)) throw error;
      return { settled: this.settled, problem: error };
    }
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.wakeAll();
    try {
      this.unsubscribe?.();
    } catch (error) {
      // A source of somebody's own must not keep the other watchers from stopping.
      this.logger.warn(`Cannot stop listening to ${this.what}: ${String(error)}`);
    }
  }

  /** Resolves when the head lies beyond `position`, the time is up, or `signal` aborts. */
  beyond(position: bigint, timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.settled > position || signal.aborted || this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal.addEventListener('abort', done);
      this.waiting.add(done);
    });
  }

  private look(): void {
    this.hinted = true;
    if (this.looking || this.stopped) return;
    clearTimeout(this.timer);
    this.looking = true;
    // Whoever appends or starts it lends it nothing of its context.
    outsideContext(() => {
      this.lookUntilQuiet()
        .finally(() => {
          this.looking = false;
          this.schedule();
        })
        .catch(() => undefined);
    });
  }

  private async lookUntilQuiet(): Promise<void> {
    while (this.hinted && !this.stopped) {
      this.hinted = false;
      try {
        const head = await this.source.head(this.readers.wantAt(this.settled));
        const longest = head.pending ? Math.min(PENDING_MAX_MS, this.poll.max) : this.poll.max;
        this.wait = this.advance(head) ? this.poll.min : Math.min(this.wait * 2, longest);
      } catch (error) {
        this.wait = this.poll.max;
        this.failed(error as Error);
      }
    }
  }

  /** Once for each kind of trouble: it is met at every look. */
  private failed(error: Error): void {
    // What it was asked with may be closed by then.
    if (this.stopped) return;
    const before = this.trouble;
    this.trouble = error;
    if (before?.message === error.message) return;
    this.logger.warn(
      `Cannot read where ${this.what} ends, and its projections wait: ${error.name}: ${error.message}`,
    );
  }

  /** @returns whether it has moved, which in another incarnation may be back */
  private advance(head: Head): boolean {
    if (this.trouble) this.logger.log(`The end of ${this.what} can be read again`);
    this.trouble = undefined;
    const { known } = this;
    this.known = head;
    this.readers.bring(head);
    if (head.incarnation === known?.incarnation && head.settled <= this.settled) return false;
    this.settled = head.settled;
    this.wakeAll();
    return true;
  }

  private get what(): string {
    return this.name === undefined ? 'the store' : `the source "${this.name}"`;
  }

  private schedule(): void {
    if (this.stopped) return;
    const wait = this.readers.areHere() ? this.wait : this.poll.max;
    this.timer = setTimeout(() => this.look(), wait);
  }

  private wakeAll(): void {
    for (const wake of this.waiting) wake();
  }
}
