import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * The `events` table, for queries through TypeORM, which gives `bigint` columns as texts. Write it only by
 * `EventStore.append`.
 *
 * @publicApi
 */
@Entity({ name: 'events', synchronize: false })
export class EventEntity {
  @PrimaryColumn({ type: 'bigint', name: 'global_position' })
  globalPosition!: string;

  @Column({ type: 'uuid' })
  id!: string;

  @Column({ type: 'text', name: 'stream_id' })
  streamId!: string;

  @Column({ type: 'bigint' })
  version!: string;

  @Column({ type: 'text' })
  type!: string;

  @Column({ type: 'jsonb' })
  data!: object;

  @Column({ type: 'jsonb' })
  metadata!: object;

  @Column({ type: 'timestamptz', name: 'recorded_at' })
  recordedAt!: Date;
}
