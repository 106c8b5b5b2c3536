import type { EntityManager } from 'typeorm';
import type { Checkpoint, CheckpointStore, Claim, Fenced } from '../../state/checkpoint.store';
import type { SegmentId } from '../../state/segment-id';
import { CheckpointMoved, LeaseLost } from '../failures/lost-claims';

const NOBODY: Fenced = { backend: 0, transaction: '' };

/** Where a segment stands, and how that moves in the transaction of a batch. */
export interface SegmentCursor {
  /** The epoch of the lease that the segment is run under; `undefined` where it needs none. */
  readonly epoch: bigint | undefined;
  /**
   * @param last what this loop took the checkpoint to be, if it knows one
   * @throws LeaseLost
   */
  load(last: Checkpoint | undefined): Promise<Checkpoint>;
  /** The life of the server that `load` was answered in, where there is one. */
  readonly server: string | undefined;
  /**
   * @param manager the transaction of the batch; `undefined` when there is no batch to go with
   * @throws CheckpointMoved
   */
  advance(from: Checkpoint, to: Checkpoint, manager?: EntityManager): Promise<Fenced>;
  /** As `advance`, as a part of a statement, where it is one. */
  claim?(from: Checkpoint, to: Checkpoint): Claim;
  /**
   * As `advance`, past where segments are told to wait for each other, which is no place for what an operator wants.
   * @throws CheckpointMoved
   */
  jump(from: Checkpoint, to: Checkpoint, manager: EntityManager): Promise<Fenced>;
}

/** The checkpoint in the database, held under the epoch of a lease. */
export class StoredCursor implements SegmentCursor {
  /** Which life of the server the checkpoint was read in: in another one, what was read since may be gone. */
  server: string | undefined;

  constructor(
    private readonly store: CheckpointStore,
    private readonly id: SegmentId,
    readonly epoch: bigint,
  ) {}

  async load(): Promise<Checkpoint> {
    const stored = await this.store.read(this.id);
    if (!stored || stored.epoch !== this.epoch) throw new LeaseLost();
    this.server = stored.server;
    return stored;
  }

  async advance(from: Checkpoint, to: Checkpoint, manager?: EntityManager): Promise<Fenced> {
    const fenced = await this.store.advance(this.id, this.epoch, from, to, manager, this.server);
    if (!fenced) throw new CheckpointMoved();
    return fenced;
  }

  claim(from: Checkpoint, to: Checkpoint): Claim {
    return this.store.claimOf(this.id, this.epoch, from, to, this.server);
  }

  async jump(from: Checkpoint, to: Checkpoint, manager: EntityManager): Promise<Fenced> {
    await this.store.meetBehind(manager, this.id.projection, to.position);
    return this.advance(from, to, manager);
  }
}

/**
 * A place kept in memory alone, for what has no checkpoint. It begins at the head, and where positions are drawn again, at
 * their beginning: all that has one of them was recorded since.
 */
export class VolatileCursor implements SegmentCursor {
  readonly epoch = undefined;
  readonly server = undefined;

  private numbering: number | undefined;
  private begins = 0n;

  constructor(private readonly store: { readonly head: bigint; readonly numbering: number | undefined }) {}

  async load(last: Checkpoint | undefined): Promise<Checkpoint> {
    const { head, numbering } = this.store;
    // Before the first look the head is not known.
    const isSame = numbering !== undefined && numbering === this.numbering;
    if (!isSame) this.begins = this.numbering === undefined ? head : 0n;
    this.numbering = numbering;
    return isSame && last ? last : { position: this.begins, replayUntil: undefined };
  }

  async advance(_from: Checkpoint, _to: Checkpoint, manager?: EntityManager): Promise<Fenced> {
    if (!manager) return NOBODY;
    const [row] = await manager.query<[Fenced]>(`SELECT pg_backend_pid() AS backend, '' AS transaction`);
    return row;
  }

  jump(from: Checkpoint, to: Checkpoint, manager: EntityManager): Promise<Fenced> {
    return this.advance(from, to, manager);
  }
}
