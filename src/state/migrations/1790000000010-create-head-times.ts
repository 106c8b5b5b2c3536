import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf, tableName } from '../table-name';

/** When the store ended where: what lies behind `position` came after `seen_at`, whatever its `recorded_at` says. */
export class CreateHeadTimes1790000000010 implements MigrationInterface {
  name = 'CreateHeadTimes1790000000010';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE IF NOT EXISTS ${tableName(dataSourceOf(queryRunner), 'projection_head_times')} (
        position bigint PRIMARY KEY,
        seen_at timestamptz NOT NULL
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${tableName(dataSourceOf(queryRunner), 'projection_head_times')}`);
  }
}
