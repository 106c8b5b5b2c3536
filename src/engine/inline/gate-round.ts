/** A transaction that holds the gate of an inline projection shared. */
export interface GateSharer {
  readonly holder: string;
  /** The server process; `null` for a prepared transaction. */
  readonly pid: number | null;
}

/** Milliseconds; the longest is what appends may lose to one try. */
const PATIENCE = { min: 50, max: 1_000 };

/**
 * Decides when to queue for the gate. New appends wait behind whoever queues for it alone, so that it must be short:
 * it queues once all appends that it saw at first have ended, and for about as long as they took. An append that is
 * left open for hours then costs the others nothing, and a steady stream of short ones is waited out.
 */
export class GateRound {
  private seen: readonly GateSharer[] = [];
  private since = 0;

  /** The server processes that it last waited for. */
  get waitsFor(): readonly number[] {
    return this.seen.flatMap(({ pid }) => pid ?? []);
  }

  /** @returns for how many milliseconds to queue; `undefined` for not at all */
  patience(sharers: readonly GateSharer[]): number | undefined {
    const now = performance.now();
    if (this.seen.length === 0 && sharers.length > 0) {
      this.seen = sharers;
      this.since = now;
      return undefined;
    }
    const open = new Set(sharers.map(({ holder }) => holder));
    const left = this.seen.filter(({ holder }) => open.has(holder));
    if (left.length > 0) {
      this.seen = left;
      return undefined;
    }
    const took = this.seen.length > 0 ? now - this.since : 0;
    this.seen = [];
    return Math.round(Math.min(Math.max(2 * took, PATIENCE.min), PATIENCE.max));
  }
}
