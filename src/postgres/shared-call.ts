/**
 * Runs one call at a time for any number of callers. Who comes while a call runs gets the next one, not that one:
 * an answer is never older than the question.
 */
export class SharedCall<T> {
  private running: Promise<T> | undefined;
  private next: Promise<T> | undefined;

  constructor(private readonly call: () => Promise<T>) {}

  run(): Promise<T> {
    if (!this.running) return this.start();
    this.next ??= this.running.then(
      () => this.start(),
      () => this.start(),
    );
    return this.next;
  }

  private start(): Promise<T> {
    this.next = undefined;
    return (this.running = this.call().finally(() => {
      // Who comes before the next one has started joins that, instead of starting another beside it.
      if (!this.next) this.running = undefined;
    }));
  }
}
