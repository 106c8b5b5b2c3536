import { type Clock, systemClock } from '../../async/clock';
import { OrderLeft } from '../failures/lost-claims';

/** A loop with nothing to do turns this often, so that its heartbeat tells a quiet one from a hung one. */
export const IDLE_TURN_MS = 1_000;

/** How a segment's loop is woken and told to end, and by what others know that it is alive. */
export class LoopPulse {
  private readonly ending = new AbortController();
  private wake = new AbortController();
  private beatAt: number;

  constructor(private readonly clock: Clock = systemClock) {
    this.beatAt = clock.now();
  }

  /** Says that the loop gets on. */
  beat(): void {
    this.beatAt = this.clock.now();
  }

  /** Milliseconds since the last beat. */
  get ageMs(): number {
    return this.clock.now() - this.beatAt;
  }

  /** A turn meets what woke the loop by then. */
  turn(): void {
    this.beat();
    if (this.isWoken) this.wake = new AbortController();
  }

  wakeUp(): void {
    this.wake.abort();
  }

  /** Aborts when the loop is woken within its turn. */
  get woken(): AbortSignal {
    return this.wake.signal;
  }

  get isWoken(): boolean {
    return this.woken.aborted;
  }

  end(): void {
    this.ending.abort(new OrderLeft());
    this.wakeUp();
  }

  /** Aborts when the loop is told to end, for what only waits. */
  get ended(): AbortSignal {
    return this.ending.signal;
  }

  get isEnding(): boolean {
    return this.ended.aborted;
  }

  /** Resolves when the time is up, or the loop is woken. */
  async rest(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    while (!this.isWoken && this.clock.now() < until) await this.pause(until);
  }

  /** Resolves when the time is up, or the loop is to end: all else waits. */
  async sitOut(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    while (!this.isEnding && this.clock.now() < until) {
      await this.pause(until);
      this.turn();
    }
  }

  private async pause(until: number): Promise<void> {
    this.beat();
    const ms = Math.min(until - this.clock.now(), IDLE_TURN_MS);
    await this.clock.pause(ms, this.woken);
  }
}
