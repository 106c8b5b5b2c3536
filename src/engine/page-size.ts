/** Begins small: nothing is known of the payloads yet. */
const FIRST = 100;
const GROWTH = 4;

/** How many events to ask for, so that a page stays within its bytes although events are of any size. */
export class PageSize {
  private size: number;

  constructor(
    private readonly most: number,
    readonly maxBytes: number,
  ) {
    this.size = Math.min(FIRST, most);
  }

  get limit(): number {
    return this.size;
  }

  learn(events: number, bytes: number): void {
    if (events === 0) return;
    const fitting = Math.max(1, Math.floor((this.maxBytes * events) / Math.max(1, bytes)));
    this.size = Math.min(this.most, fitting, this.size * GROWTH);
  }
}
