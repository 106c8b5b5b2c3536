import type { ManagedProjection } from '../segment/managed-projection';
import type { LookRhythm } from './look-rhythm';
import type { Waiter, WaitLimits, WaitTarget } from './waiter';

/** How much longer a wait lasts that nobody has looked for yet. */
const GRACE_MS = 1_000;
/** Timers cannot wait longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** What a waiter needs of whoever looks for it. */
export interface Lookout {
  readonly rhythm: LookRhythm;
  /** Says why the time was up before what is waited for was there. */
  timeout(waiter: Waiter, timeoutMs: number): Error;
  /** Told when the wait is over. */
  left(waiter: Waiter): void;
}

/** A wait that ends with its time or with its signal, if nothing else ends it. */
export class TimedWaiter implements Waiter {
  readonly since: number;
  readonly ended: Promise<void>;
  expired = false;
  unownedSince: number | undefined;
  private resolve!: () => void;
  private reject!: (error: unknown) => void;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly projection: ManagedProjection,
    readonly target: WaitTarget,
    private readonly limits: WaitLimits,
    private readonly lookout: Lookout,
  ) {
    this.since = lookout.rhythm.begun;
    this.ended = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    const { timeoutMs, signal } = limits;
    if (timeoutMs <= LONGEST_MS) this.expireIn(timeoutMs);
    signal?.addEventListener('abort', this.abort);
  }

  expire(): void {
    const { lookout, limits } = this;
    if (this.expired || lookout.rhythm.hasLookedSince(this.since))
      return this.fail(lookout.timeout(this, limits.timeoutMs));
    this.expired = true;
    this.expireIn(GRACE_MS);
    lookout.rhythm.look();
  }

  succeed(): void {
    this.leave();
    this.resolve();
  }

  fail(error: unknown): void {
    this.leave();
    this.reject(error);
  }

  private readonly abort = (): void => this.fail(this.limits.signal!.reason);

  private expireIn(ms: number): void {
    this.timer = setTimeout(() => this.expire(), ms);
  }

  private leave(): void {
    clearTimeout(this.timer);
    this.limits.signal?.removeEventListener('abort', this.abort);
    this.lookout.left(this);
  }
}
