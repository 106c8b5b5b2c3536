/**
 * Lets at most so many of the engine's transactions and reads use the pool at once, first come first served, so that
 * the application's own queries always find a connection.
 */
export class ConnectionBudget {
  private readonly queue: (() => void)[] = [];

  constructor(private free: number) {}

  /** Whether nobody waits and a place is free: work that only runs ahead must not make others wait. */
  get idle(): boolean {
    return this.free > 0;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    // Whoever ends passes its place on, so the count stays as it is.
    else await new Promise<void>((resolve) => this.queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.free++;
    }
  }
}
