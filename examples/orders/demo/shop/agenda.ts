interface Entry<T> {
  readonly at: number;
  readonly turn: number;
  readonly item: T;
}

/** What happens next, by time; what is due at the same time comes in the order it was put in. */
export class Agenda<T> {
  private readonly heap: Entry<T>[] = [];
  private turns = 0;

  put(at: number, item: T): void {
    this.heap.push({ at, turn: this.turns++, item });
    this.siftUp(this.heap.length - 1);
  }

  take(): Entry<T> | undefined {
    const first = this.heap[0];
    const last = this.heap.pop();
    if (first !== last && last !== undefined) {
      this.heap[0] = last;
      this.siftDown(0);
    }
    return first;
  }

  private siftUp(index: number): void {
    const parent = (index - 1) >> 1;
    if (index === 0 || !this.isBefore(index, parent)) return;
    this.swap(index, parent);
    this.siftUp(parent);
  }

  private siftDown(index: number): void {
    const left = 2 * index + 1;
    if (left >= this.heap.length) return;
    const right = left + 1;
    const child = right < this.heap.length && this.isBefore(right, left) ? right : left;
    if (!this.isBefore(child, index)) return;
    this.swap(index, child);
    this.siftDown(child);
  }

  private isBefore(a: number, b: number): boolean {
    const [left, right] = [this.heap[a]!, this.heap[b]!];
    return left.at === right.at ? left.turn < right.turn : left.at < right.at;
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b]!, this.heap[a]!];
  }
}
