import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * How far a segment of a projection has applied everything it handles. Moved only by the engine.
 *
 * @publicApi
 */
@Entity({ name: 'projection_checkpoints', synchronize: false })
export class ProjectionCheckpoint {
  @PrimaryColumn({ type: 'text' })
  projection!: string;

  @PrimaryColumn({ type: 'integer' })
  segment!: number;

  @Column({ type: 'bigint' })
  position!: string;

  /** While set, everything up to this position is history that a rebuild or catch-up applies. */
  @Column({ type: 'bigint', name: 'replay_until', nullable: true })
  replayUntil!: string | null;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
