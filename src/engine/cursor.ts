import type { EntityManager } from 'typeorm';
import type { Checkpoint, CheckpointStore } from '../state/checkpoint.store';

/** Another instance moved the checkpoint: the batch is void, and whoever moved it has applied it. */
export class CheckpointMoved extends Error {}

/** Where a projection stands, and how that moves in the transaction of a batch. */
export interface Cursor {
  /** @param last what this process took the checkpoint to be, if it knows one */
  load(last: Checkpoint | undefined): Promise<Checkpoint>;
  /**
   * @param manager the transaction of the batch; `undefined` when there is no batch to go with
   * @throws CheckpointMoved
   */
  advance(from: Checkpoint, to: Checkpoint, manager?: EntityManager): Promise<void>;
}

/** The checkpoint in the database. */
export class StoredCursor implements Cursor {
  constructor(
    private readonly store: CheckpointStore,
    private readonly projection: string,
    private readonly initial: Checkpoint,
  ) {}

  async load(): Promise<Checkpoint> {
    const stored = await this.store.read(this.projection);
    if (stored) return stored;
    await this.store.create(this.projection, this.initial);
    return (await this.store.read(this.projection)) ?? this.initial;
  }

  async advance(from: Checkpoint, to: Checkpoint, manager?: EntityManager): Promise<void> {
    if (!(await this.store.advance(this.projection, from, to, manager))) throw new CheckpointMoved();
  }
}

/** A place kept in memory alone, for what has no checkpoint. */
export class VolatileCursor implements Cursor {
  constructor(private readonly begin: () => bigint) {}

  async load(last: Checkpoint | undefined): Promise<Checkpoint> {
    return last ?? { position: this.begin(), replayUntil: undefined };
  }

  async advance(): Promise<void> {}
}
