import type { Lease, LeaseStore } from '../../state/lease.store';
import type { CoordinationProblems } from './coordination-problems';

/** How soon a heartbeat that failed is tried again, so that one lost connection costs no lease. */
const TRY_AGAIN_MS = 500;
const TASK = 'renew leases';

/**
 * Renews the leases of this instance on a timer of its own, so that nothing it does costs it what it holds. It measures
 * time by a clock that never jumps: one set back would keep it from renewing.
 */
export class Heartbeat {
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;
  private told: string | undefined;
  private stopped = true;

  constructor(
    private readonly leases: LeaseStore,
    private readonly leaseMs: number,
    private readonly problems: CoordinationProblems,
    /** The projections that this instance can run. */
    private readonly runs: () => readonly string[],
    private readonly held: () => readonly Lease[],
  ) {}

  /** Rejects where not even the first one goes through. */
  async start(): Promise<void> {
    this.stopped = false;
    await this.beat();
    this.schedule(this.leaseMs / 3);
  }

  /** Beats at once where what can be run here has changed, for the others share by it. */
  async tell(): Promise<void> {
    if (this.told !== this.runs().join('\n')) await this.beatSafely();
  }

  /** @returns the beat under way, if there is one */
  stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    return this.beating ?? Promise.resolve();
  }

  private schedule(ms: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.beatSafely()
        .then((went) => this.schedule(went ? this.leaseMs / 3 : Math.min(TRY_AGAIN_MS, this.leaseMs / 3)))
        .catch(() => undefined);
    }, ms);
  }

  private async beatSafely(): Promise<boolean> {
    try {
      await this.beat();
      this.problems.passed(TASK, undefined);
      return true;
    } catch (error) {
      this.problems.failed(TASK, undefined, error);
      return false;
    }
  }

  private beat(): Promise<void> {
    return (this.beating ??= this.send().finally(() => (this.beating = undefined)));
  }

  private async send(): Promise<void> {
    const runs = this.runs();
    await this.leases.heartbeat(runs, this.held());
    this.told = runs.join('\n');
  }
}
