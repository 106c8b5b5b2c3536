import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOf, tableName } from '../table-name';

/** `projection_inline_marks`: whether appends apply the events of an inline projection, or its loop does. */
export class AddInlineMarks1790000000040 implements MigrationInterface {
  name = 'AddInlineMarks1790000000040';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE IF NOT EXISTS ${tableName(dataSourceOf(queryRunner), 'projection_inline_marks')} (
        projection text PRIMARY KEY,
        by_appends boolean NOT NULL DEFAULT false,
        changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${tableName(dataSourceOf(queryRunner), 'projection_inline_marks')}`);
  }
}
