import type { ProjectionDefinition } from '../../authoring/projection-definition';
import { UnknownSourceError } from './source.errors';
import type { SourceReader } from './source-reader';

/** All sources of this process. */
export class SourceReaders {
  readonly all: readonly SourceReader[];

  /**
   * @param own of the module's event store
   * @param others of sources with names
   */
  constructor(
    readonly own: SourceReader,
    private readonly others: readonly SourceReader[],
  ) {
    this.all = [own, ...others];
  }

  /** @throws UnknownSourceError */
  of({ name, source }: ProjectionDefinition): SourceReader {
    if (source === undefined) return this.own;
    const found = this.others.find((reader) => reader.name === source);
    if (found) return found;
    const known = this.others.map((reader) => reader.name!);
    throw new UnknownSourceError(name, source, known);
  }

  /** @param settled up to where a source is known to be settled */
  async open(settled: (source: string | undefined) => Promise<bigint>): Promise<void> {
    for (const { name, source } of this.all) await source.open(await settled(name));
  }

  async start(): Promise<void> {
    for (const { watcher } of this.all) await watcher.start();
  }

  async settle(timeoutMs: number): Promise<void> {
    await Promise.all(this.all.map(({ watcher }) => watcher.settles(timeoutMs)));
  }

  stop(): void {
    for (const { watcher } of this.all) watcher.stop();
  }

  /** Each by itself: one that cannot be closed keeps no other open. */
  async close(): Promise<void> {
    await Promise.allSettled(this.all.map(async ({ source }) => source.close()));
  }
}
