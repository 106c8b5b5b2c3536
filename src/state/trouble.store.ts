import type { DataSource } from 'typeorm';
import type { SegmentId } from './segment-id';
import { storableText } from './storable-text';
import { tableName } from './table-name';

/** An error that the owner of a segment waits out. */
export interface StoredTrouble {
  readonly name: string;
  readonly message: string;
  readonly at: string;
}

/** Keeps what owners wait out beside their leases, where every instance can read it. */
export class TroubleStore {
  private readonly leases: string;

  constructor(private readonly dataSource: DataSource) {
    this.leases = tableName(dataSource, 'projection_leases');
  }

  /** Only the owner of this epoch writes; `undefined` says that the segment goes on. */
  async set(
    { projection, segment }: SegmentId,
    epoch: bigint,
    trouble: StoredTrouble | undefined,
  ): Promise<void> {
    const text =
      trouble && JSON.stringify({ ...trouble, message: storableText(trouble.message), epoch: String(epoch) });
    await this.dataSource.query(
      `UPDATE ${this.leases} SET trouble = $4 WHERE projection = $1 AND segment = $2 AND epoch = $3`,
      [projection, segment, epoch, text ?? null],
    );
  }
}
