/** Begins small: nothing is known of the payloads and the handlers yet. */
const FIRST = 100;
const GROWTH = 4;
/** A batch that takes longer than this keeps rows locked and operators waiting. */
const LONGEST_MS = 1_000;

/**
 * How many events to ask for, so that a batch stays within its bytes and its time although events are of any kind. What
 * is read for one of several segments is mostly for the others: a page then is as many times larger than a batch.
 */
export class PageSize {
  private size: number;
  private timely = Infinity;

  constructor(
    private readonly most: number,
    readonly maxBytes: number,
    readonly segments = 1,
  ) {
    this.size = Math.min(FIRST, most);
  }

  /** The most events to apply at once. */
  get batch(): number {
    return Math.max(1, Math.floor(Math.min(this.size, this.timely)));
  }

  /** How many to read. */
  get limit(): number {
    return this.batch * this.segments;
  }

  /** @param bytes what the events of a page took */
  read(events: number, bytes: number): void {
    if (events === 0) return;
    const fitting = (this.maxBytes * events) / Math.max(1, bytes) / this.segments;
    // A page that was not full says nothing about a larger one.
    const larger = events >= this.limit ? this.size * GROWTH : this.size;
    this.size = Math.max(1, Math.min(this.most, fitting, larger));
  }

  /** @param ms what it took to apply a batch */
  applied(events: number, ms: number): void {
    if (events > 0) this.timely = Math.max(1, (LONGEST_MS * events) / Math.max(0.001, ms));
  }
}
