import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTable } from '../own-table';

export class CreateCheckpoints1790000000001 implements MigrationInterface {
  name = 'CreateCheckpoints1790000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Every batch updates its row: room on the page keeps those updates off the index.
    await createTable(
      queryRunner,
      'projection_checkpoints',
      `projection text NOT NULL,
        segment integer NOT NULL,
        position bigint NOT NULL,
        replay_until bigint,
        epoch bigint NOT NULL DEFAULT 0,
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (projection, segment)`,
      'WITH (fillfactor = 50)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropTable(queryRunner, 'projection_checkpoints', this.name);
  }
}
