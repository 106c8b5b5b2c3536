/** PostgreSQL shows a prepared transaction under a virtual transaction id of this form. */
const isPrepared = (writer: string) => writer.startsWith('-1/');

/** The end of the sequence as it was once, and the writers that may own a hole before it. */
export class WriterRound {
  private waiting: ReadonlySet<string>;
  private readonly preparedBefore: ReadonlySet<string>;

  constructor(
    readonly last: bigint,
    writers: ReadonlySet<string>,
  ) {
    this.waiting = writers;
    this.preparedBefore = new Set([...writers].filter(isPrepared));
  }

  /** Strikes out the writers that are no longer writing. */
  observe(writing: ReadonlySet<string>): void {
    const gone = [...this.waiting].filter((writer) => !writing.has(writer));
    if (gone.length === 0) return;
    const left = new Set([...this.waiting].filter((writer) => writing.has(writer)));
    // PREPARE TRANSACTION gives a transaction a new name: the one that left may be any of the newly prepared.
    if (gone.some((writer) => !isPrepared(writer)))
      for (const writer of writing)
        if (isPrepared(writer) && !this.preparedBefore.has(writer)) left.add(writer);
    this.waiting = left;
  }

  get ended(): boolean {
    return this.waiting.size === 0;
  }

  /** Equal for rounds that wait for the same writers. */
  get key(): string {
    return [...this.waiting].toSorted().join();
  }
}
