import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createTable, dropTable } from '../own-table';

/** When the store ended where: what lies behind `position` came after `seen_at`, whatever its `recorded_at` says. */
export class CreateHeadTimes1790000000010 implements MigrationInterface {
  name = 'CreateHeadTimes1790000000010';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(
      queryRunner,
      'projection_head_times',
      `position bigint PRIMARY KEY,
        seen_at timestamptz NOT NULL`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropTable(queryRunner, 'projection_head_times', this.name);
  }
}
