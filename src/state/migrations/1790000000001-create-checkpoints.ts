import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf, tableName } from '../table-name';

export class CreateCheckpoints1790000000001 implements MigrationInterface {
  name = 'CreateCheckpoints1790000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Every batch updates its row: room on the page keeps those updates off the index.
    await queryRunner.query(`
      CREATE TABLE IF NOT EXISTS ${tableName(dataSourceOf(queryRunner), 'projection_checkpoints')} (
        projection text NOT NULL,
        segment integer NOT NULL,
        position bigint NOT NULL,
        replay_until bigint,
        epoch bigint NOT NULL DEFAULT 0,
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (projection, segment)
      ) WITH (fillfactor = 50)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${tableName(dataSourceOf(queryRunner), 'projection_checkpoints')}`);
  }
}
