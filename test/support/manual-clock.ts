import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/async/clock';

/** Time that stands still until the test moves it. */
export class ManualClock implements Clock {
  private at = 0;
  private readonly pauses = new Set<{ readonly until: number; readonly end: () => void }>();

  now(): number {
    return this.at;
  }

  pause(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const pause = {
        until: this.at + ms,
        end: () => {
          this.pauses.delete(pause);
          resolve();
        },
      };
      this.pauses.add(pause);
      signal.addEventListener('abort', pause.end, { once: true });
    });
  }

  /** Goes from one pause's end to the next, and lets whoever paused go on each time. */
  async advance(ms: number): Promise<void> {
    const end = this.at + ms;
    for (;;) {
      await setImmediate();
      const [next] = [...this.pauses]
        .filter(({ until }) => until <= end)
        .toSorted((a, b) => a.until - b.until);
      if (!next) break;
      this.at = next.until;
      next.end();
    }
    this.at = end;
  }
}
